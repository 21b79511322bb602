//! Settings of models in files.

use serde_json::{Map, Value, json};

use crate::lm::split_base;

/// What decides where requests go and with which key.
pub(super) const REFUSED: [&str; 8] = [
    "api_base",
    "base_url",
    "model_list",
    "api_key",
    "headers",
    "extra_headers",
    "endpoint",
    "extra",
];

const KNOWN: [&str; 13] = [
    "model",
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "n",
    "seed",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "reasoning_effort",
    "parallel_tool_calls",
];

/// A file that could set the address would decide who reads the prompts.
pub(super) fn names_endpoint(lm: &Value) -> bool {
    lm.get("model").and_then(Value::as_str).is_some_and(|model| split_base(model).1.is_some())
}

/// The address in Python's settings.
pub(super) fn endpoint(lm: &Value) -> Option<&str> {
    let address = ["api_base", "base_url"].iter().find_map(|key| lm.get(*key)?.as_str());
    address.filter(|address| !address.is_empty())
}

/// The model's settings that are known, and the names of the others. An unset one says nothing, and
/// neither does what Python writes for every model.
pub(super) fn known_settings(value: &Value) -> (Value, Vec<String>) {
    let Some(object) = value.as_object() else { return (value.clone(), Vec::new()) };
    let mut known = Map::new();
    let mut others = Vec::new();
    for (key, value) in object.iter().filter(|(key, value)| !says_nothing(key, value)) {
        match key.as_str() {
            "max_completion_tokens" => drop(known.insert("max_tokens".to_owned(), value.clone())),
            // Python counts alternatives apart.
            "logprobs" if value.is_boolean() => {
                let most = object.get("top_logprobs").cloned().unwrap_or(json!(0));
                if value == true {
                    known.insert(key.clone(), most);
                }
            }
            "top_logprobs" => {}
            "stop" if value.is_string() => drop(known.insert(key.clone(), json!([value]))),
            key if KNOWN.contains(&key) => drop(known.insert(key.to_owned(), value.clone())),
            other => others.push(other.to_owned()),
        }
    }
    (Value::Object(known), others)
}

/// Whether a setting is one that Python's `LM` has unless it is told otherwise.
fn says_nothing(key: &str, value: &Value) -> bool {
    match key {
        _ if value.is_null() => true,
        "_dspy_lm_class" => value == "dspy.clients.lm.LM",
        "model_type" => value == "chat",
        "cache" => value == true,
        "num_retries" => value == 3,
        "launch_kwargs" | "train_kwargs" => value.as_object().is_some_and(Map::is_empty),
        _ => false,
    }
}
