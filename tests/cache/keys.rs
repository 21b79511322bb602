use std::collections::HashSet;

use dspy::lm::{
    CacheKey, CacheUse, Media, Message, OpenAi, Part, Request, ResponseFormat, Role, Scripted,
    Settings, ToolChoice, ToolSpec,
};
use serde_json::{Value, json};

use super::{ask, ask_for};

fn key(request: &Request) -> CacheKey {
    CacheKey::new(&Scripted::texts(["x"]), request).unwrap()
}

#[test]
fn whatever_can_change_the_answer_changes_the_key() {
    let changed = |change: &dyn Fn(&mut Request)| {
        let mut request = ask("a");
        change(&mut request);
        request
    };
    let media = |data: &str| Part::Image { media: Media::base64(data, "image/png") };
    let with = |part| Request::new([Message::new(Role::User, vec![Part::text("a"), part])]);
    let schema = |schema: Value| {
        changed(&|request| {
            let schema = schema.clone();
            request.response_format =
                ResponseFormat::JsonSchema { name: "s".into(), schema, strict: true };
        })
    };
    let tool = ToolSpec::new("t", "d", json!({"type": "object"}));
    let requests = [
        ask("a"),
        ask("b"),
        Request::new([Message::system("a")]),
        Request::new([Message::user("a"), Message::user("a")]),
        with(media("AAAA")),
        with(media("AAAB")),
        changed(&|request| request.settings.temperature = Some(0.5)),
        changed(&|request| request.settings.temperature = Some(0.6)),
        changed(&|request| request.settings.seed = Some(1)),
        changed(&|request| request.settings.stop = vec!["x".to_owned()]),
        changed(&|request| drop(request.settings.extra.insert("k".into(), json!(1)))),
        changed(&|request| request.response_format = ResponseFormat::JsonObject),
        schema(json!({"properties": {"a": {}, "b": {}}})),
        // Models write properties in this order.
        schema(json!({"properties": {"b": {}, "a": {}}})),
        changed(&|request| request.tools = vec![tool.clone()]),
        changed(&|request| request.tool_choice = ToolChoice::None),
        changed(&|request| request.rollout = 1),
    ];
    let keys: HashSet<_> = requests.iter().map(key).collect();
    assert_eq!(keys.len(), requests.len());
}

#[test]
fn what_cannot_change_it_does_not() {
    assert_eq!(key(&ask("a")), key(&ask("a")));
    assert_eq!(key(&ask_for("a", 2)), key(&ask_for("a", 3)));
    let mut refreshed = ask("a");
    refreshed.cache = CacheUse::Refresh;
    assert_eq!(key(&refreshed), key(&ask("a")));
}

#[test]
fn the_endpoint_counts_and_the_key_does_not() {
    let of = |base: &str, api_key: &str, settings: Settings| {
        let client = OpenAi::builder("m").api_base(base).api_key(api_key).settings(settings);
        CacheKey::new(&client.env(|_| None).build().unwrap(), &ask("a")).unwrap()
    };
    let plain = of("http://one.test/v1", "k-1", Settings::default());
    assert_eq!(plain, of("http://one.test/v1", "k-2", Settings::default()));
    assert_ne!(plain, of("http://two.test/v1", "k-1", Settings::default()));
    assert_ne!(plain, of("http://one.test/v1", "k-1", Settings::default().with_max_tokens(9)));
}
