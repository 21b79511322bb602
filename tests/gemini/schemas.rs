//! Structured output from a signature to the wire and back.

use std::collections::BTreeMap;

use dspy::adapter::JsonAdapter;
use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::schema::subset::{Dialect, rewrite};
use serde_json::{Value, json};

use super::support::Server;
use super::{builder, text};

/// Describe a city.
#[derive(Signature, Clone)]
struct City {
    #[input]
    name: String,
    /// Coordinates by place.
    #[output]
    places: BTreeMap<String, (f64, f64)>,
    #[output(ge = 0.0, le = 10.0)]
    score: f64,
    #[output]
    note: Option<String>,
}

/// The body that a call through the JSON adapter sends to `model`, and its answer.
async fn asked(model: &str, answer: Value) -> (Value, CityOutput) {
    let server = Server::start([text(&answer.to_string())]).await;
    let lm: Lm = builder(&server, model).build().unwrap().into_lm();
    let predict = Predict::<City>::new().with_lm(lm).with_adapter(JsonAdapter::new());
    let city = predict.call("Basel").await.unwrap().into_output();
    (server.only().json(), city)
}

#[tokio::test]
async fn the_schema_is_in_the_models_place_and_dialect() {
    let plain = json!({"places": {"Rhine": [47.56, 7.59]}, "score": 3.5});
    let (body, city) = asked("gemini-2.5-flash", plain).await;
    let config = &body["generationConfig"];
    assert_eq!(config["responseMimeType"], "application/json");
    assert_eq!(config.get("responseSchema"), None);
    let schema = &config["responseJsonSchema"];
    // Gemini's own dialect keeps maps, tuples and bounds, which OpenAI's would not.
    assert_eq!(schema["properties"]["score"]["minimum"], 0.0);
    assert!(schema["properties"]["places"]["additionalProperties"].is_object(), "{schema}");
    assert_eq!(&rewritten(schema, Dialect::Gemini), schema);
    assert_eq!((city.places["Rhine"], city.score, city.note), ((47.56, 7.59), 3.5, None));
}

#[tokio::test]
async fn an_older_model_gets_the_older_schema() {
    let reshaped = json!({
        "places": [{"key": "Rhine", "value": {"item0": 47.56, "item1": 7.59}}],
        "score": 3.5,
        "note": "n",
    });
    let (body, city) = asked("gemini-2.0-flash", reshaped).await;
    let config = &body["generationConfig"];
    assert_eq!(config.get("responseJsonSchema"), None);
    assert_eq!(config["responseSchema"]["properties"]["places"]["type"], "ARRAY");
    assert_eq!((city.places["Rhine"], city.note.as_deref()), ((47.56, 7.59), Some("n")));
}

/// A schema that is of the dialect already stays as it is.
fn rewritten(schema: &Value, dialect: Dialect) -> Value {
    rewrite(schema, dialect).unwrap().schema().clone()
}
