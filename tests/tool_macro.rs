//! `#[tool]` on functions of all kinds.

use std::fmt;
use std::path::{Path, PathBuf};

use dspy::prelude::*;
use serde_json::{Value, json};

/// Finds pages about a subject,
/// the best first.
///
/// # Arguments
///
/// * `query` - what to look for:
///   a few words
/// * `limit`: how many pages
///
/// # Examples
///
/// Used by nobody.
#[tool]
async fn search(
    query: &str,
    #[arg(default = 2, ge = 1, le = 9)] limit: u32,
    /// Of the pages.
    #[arg(rename = "lang", alias = "language", examples("nb", "en"))]
    tongue: Option<String>,
) -> Result<Vec<String>, String> {
    if query.is_empty() {
        return Err("nothing to look for".to_owned());
    }
    Ok((0..limit).map(|page| format!("{query} {page} {tongue:?}")).collect())
}

#[tokio::test]
async fn docs_bounds_defaults_and_names_reach_the_schema() {
    let spec = search_tool().spec();
    assert_eq!(spec.name, "search");
    assert_eq!(
        spec.description,
        "Finds pages about a subject,\nthe best first.\n\n# Examples\n\nUsed by nobody."
    );
    let properties = &spec.parameters["properties"];
    assert_eq!(properties["query"]["type"], "string");
    assert_eq!(properties["query"]["description"], "what to look for: a few words");
    assert_eq!(properties["limit"]["description"], "how many pages");
    assert_eq!(properties["limit"]["default"], 2);
    assert_eq!(properties["limit"]["maximum"], 9);
    assert_eq!(properties["lang"]["description"], "Of the pages.");
    assert_eq!(properties["lang"]["examples"], json!(["nb", "en"]));
    assert_eq!(spec.parameters["required"], json!(["query"]));
}

#[tokio::test]
async fn a_call_reads_the_arguments_and_gives_the_result() {
    let call = async |arguments| search_tool().call(arguments).await;
    let pages = call(json!({"query": "tides"})).await.unwrap();
    assert_eq!(pages, json!(["tides 0 None", "tides 1 None"]));
    let pages = call(json!({"query": "a", "limit": "1", "language": "nb"})).await.unwrap();
    assert_eq!(pages, json!(["a 0 Some(\"nb\")"]));
    let error = call(json!({"query": ""})).await.unwrap_err();
    assert_eq!(error.to_string(), "the tool `search` failed: nothing to look for");
    let error = call(json!({"query": "a", "limit": 10})).await.unwrap_err();
    assert!(error.to_string().contains("`limit`: "), "{error}");
    // The function itself is as it was.
    assert_eq!(search("b", 1, None).await.unwrap(), ["b 0 None"]);
}

/// Where something is.
#[data]
struct Place {
    name: String,
    #[serde(default)]
    floor: i32,
}

#[derive(Debug)]
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", self.0)
    }
}

#[tool(name = "go-to", desc = "Goes there.")]
fn go(place: Place, by: &[String], from: &Path, log: Option<Vec<Place>>) -> Result<Place, Refused> {
    match (place.floor, by, from.to_str(), log) {
        (0, [], _, None) => Err(Refused("no way")),
        (floor, ..) => Ok(Place { floor: floor + 1, ..place }),
    }
}

#[tokio::test]
async fn any_data_is_an_argument_or_a_result() {
    let tool = go_tool();
    assert_eq!((tool.name(), tool.description()), ("go-to", "Goes there."));
    let there = json!({"place": {"name": "attic", "floor": "3"}, "by": ["stairs"], "from": "/a"});
    assert_eq!(tool.call(there).await.unwrap(), json!({"name": "attic", "floor": 4}));
    let error = tool.call(json!({"place": {"name": "a"}, "by": [], "from": "/"})).await;
    assert_eq!(error.unwrap_err().to_string(), "the tool `go-to` failed: refused: no way");
    let unnamed = tool.call(json!({"place": {}, "by": [], "from": "/"})).await.unwrap_err();
    assert!(unnamed.to_string().contains("`place`: "), "{unnamed}");
    assert!(go(Place { name: "a".into(), floor: 1 }, &[], &PathBuf::new(), None).is_ok());
}

#[tool]
fn nothing() {}

#[tool]
async fn r#type() -> &'static str {
    "a word of Rust"
}

#[tool]
async fn outside() -> dspy::Result<Option<Value>> {
    Ok(None)
}

#[tokio::test]
async fn odd_functions() {
    assert_eq!(nothing_tool().call(json!({})).await.unwrap(), Value::Null);
    assert_eq!(type_tool().name(), "type");
    assert_eq!(type_tool().call(Value::Null).await.unwrap(), "a word of Rust");
    assert_eq!(outside_tool().call(json!({})).await.unwrap(), Value::Null);
    assert_eq!(type_tool().description(), "");
    r#type().await;
    nothing();
}

mod elsewhere {
    use dspy::prelude::*;

    #[data]
    pub(super) enum Unit {
        Metre,
        Mile,
    }

    /// Converts.
    #[tool]
    pub(super) async fn convert(length: f64, to: Unit) -> f64 {
        match to {
            Unit::Metre => length * 1609.344,
            Unit::Mile => length / 1609.344,
        }
    }
}

#[tokio::test]
async fn a_tool_is_as_visible_as_its_function() {
    use elsewhere::{convert, convert_tool};
    let mile = convert_tool().call(json!({"length": 1609.344, "to": "mile"})).await.unwrap();
    assert_eq!(mile, 1.0);
    assert!(convert(1.0, elsewhere::Unit::Metre).await > 1609.0);

    #[tool]
    fn local(length: f64) -> f64 {
        length * 2.0
    }
    assert_eq!(local_tool().call(json!({"length": 2})).await.unwrap(), 4.0);
    assert_eq!(local(1.0), 2.0);
}
