//! Structured output from a signature to the wire and back.

use dspy::adapter::JsonAdapter;
use dspy::prelude::*;
use serde_json::json;

use super::support::Server;
use super::{builder, text};

/// Describe a city.
#[derive(Signature, Clone)]
struct City {
    #[input]
    name: String,
    #[output]
    place: (f64, f64),
    #[output]
    note: Option<String>,
}

#[tokio::test]
async fn the_schema_is_in_ollamas_place_and_dialect() {
    let answer = json!({"place": {"item0": 47.56, "item1": 7.59}});
    let server = Server::start([text(&answer.to_string())]).await;
    let lm = builder(&server).build().unwrap().into_lm();
    let predict = Predict::<City>::new().with_lm(lm).with_adapter(JsonAdapter::new());
    let city = predict.call("Basel").await.unwrap().into_output();
    assert_eq!((city.place, city.note), ((47.56, 7.59), None));
    let body = server.only().json();
    let format = &body["format"];
    // Ollama knows no tuples, but fields that may be left out, which OpenAI would not.
    assert!(format["properties"]["place"]["properties"]["item0"].is_object(), "{format}");
    assert_eq!(format["required"], json!(["place"]));
    assert_eq!(body.get("response_format"), None);
}
