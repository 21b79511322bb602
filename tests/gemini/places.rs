//! Where it calls, and which key goes there.

use dspy::lm::{Gemini, GeminiBuilder, LanguageModel, Lm, LmError, Service};

use super::support::Server;
use super::{KEY, question, text};

const GEMINI_KEY: &str = "gm-canary-gemini";
const GOOGLE_KEY: &str = "gm-canary-google";

/// A builder in an environment of these variables.
fn within(variables: &[(&str, &str)]) -> GeminiBuilder {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Gemini::builder("gemini-2.5-flash").env(move |wanted| {
        variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    })
}

#[tokio::test]
async fn addresses_with_and_without_a_path() {
    let server = Server::start([text("fine")]).await;
    let root = format!("http://{}", server.address());
    let usual = "/v1beta/models/m:generateContent";
    for (base, model, path) in [
        (root.clone(), "m", usual),
        (format!("{root}/"), "m", usual),
        (format!("{root}/v1beta"), "m", usual),
        (format!("{root}/v1beta/"), "m", usual),
        (root.clone(), "models/m", usual),
        (root.clone(), "tunedModels/m", "/v1beta/tunedModels/m:generateContent"),
        (format!("{root}/v1"), "m", "/v1/models/m:generateContent"),
        (format!("{root}/gemini/v1beta"), "m", "/gemini/v1beta/models/m:generateContent"),
        (format!("{root}/x?tenant=3"), "m", "/x/models/m:generateContent?tenant=3"),
        (root.clone(), "a b?c#d", "/v1beta/models/a%20b%3Fc%23d:generateContent"),
    ] {
        let client = Gemini::builder(model).api_base(&base).env(|_| None).build().unwrap();
        client.generate(&question()).await.unwrap();
        let line = server.seen().pop().unwrap().line;
        assert_eq!(line, format!("POST {path} HTTP/1.1"), "{base} {model}");
    }
}

#[tokio::test]
async fn the_environments_keys_go_to_google_or_where_its_address_says() {
    let server = Server::start([text("fine")]).await;
    let root = format!("http://{}", server.address());
    let gemini = ("GEMINI_API_KEY", GEMINI_KEY);
    let google = ("GOOGLE_API_KEY", GOOGLE_KEY);
    let here = ("GOOGLE_GEMINI_BASE_URL", &*root);
    for (builder, expected) in [
        (within(&[here, google, gemini]), Some(GEMINI_KEY)),
        (within(&[here, google]), Some(GOOGLE_KEY)),
        (within(&[google, gemini]).api_base(&root), None),
        (within(&[google]).api_base(&root).api_key(KEY), Some(KEY)),
        (within(&[here, google]).header("x-goog-api-key", "own-canary"), Some("own-canary")),
    ] {
        builder.build().unwrap().generate(&question()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("x-goog-api-key"), expected);
        assert!(!seen.line.contains("canary"));
    }
    let error = within(&[]).build().unwrap_err();
    assert!(matches!(error, LmError::MissingKey { .. }), "{error:?}");
    let shown = error.to_string();
    assert!(shown.contains("generativelanguage.googleapis.com"), "{shown}");
    assert!(shown.contains("GEMINI_API_KEY"), "{shown}");
}

#[test]
fn nothing_shows_the_key() {
    let builder = || within(&[("GEMINI_API_KEY", GEMINI_KEY)]);
    let client = builder().build().unwrap();
    assert_eq!(
        client.endpoint(),
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
    );
    let text = format!(
        "{:?} {:?} {client:?} {client:#?} {} {}",
        builder(),
        builder().api_key(KEY),
        client.fingerprint(),
        client.endpoint()
    );
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_model_string_names_it() {
    let server = Server::start([text("fine")]).await;
    let root = format!("http://{}", server.address());
    let lm = Lm::new(&format!("gemini/gemini-2.5-flash@{root}")).unwrap();
    assert_eq!(lm.name(), "gemini/gemini-2.5-flash");
    lm.generate(&question()).await.unwrap();
    assert!(server.only().line.contains("/v1beta/models/gemini-2.5-flash:generateContent"));
    let service = Service::named("gemini").unwrap();
    assert_eq!(service.key_variables(), ["GEMINI_API_KEY", "GOOGLE_API_KEY"]);
    let other = Gemini::builder("m").service(Service::GROQ).build().unwrap_err();
    assert!(other.to_string().contains("does not speak the API of Gemini"), "{other}");
}
