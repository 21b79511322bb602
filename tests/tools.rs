//! Tools: checked arguments, results, failures, sets, words as parameters.

use std::time::{Duration, Instant};

use dspy::lm::Scripted;
use dspy::module::{self, ParameterKind, leaf_paths, parameter_value, set_parameter};
use dspy::prelude::*;
use dspy::tool::ToolError;
use serde_json::{Value, json};

#[data]
#[derive(Default)]
struct Search {
    /// What to look for.
    query: String,
    /// How many results.
    #[serde(default)]
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    #[serde(default)]
    filter: Filter,
}

#[data]
#[derive(Default)]
struct Filter {
    #[serde(default)]
    language: Option<String>,
}

fn search() -> Tool {
    Tool::new("search", "Looks things up.", |search: Search| async move {
        format!("{} x{:?} {:?}", search.query, search.limit, search.filter.language)
    })
}

async fn problem_of(tool: &Tool, arguments: Value) -> String {
    tool.call(arguments).await.unwrap_err().to_string()
}

#[tokio::test]
async fn arguments_are_coerced_by_their_schema() {
    let call = async |arguments| search().call(arguments).await.unwrap();
    assert_eq!(call(json!({"query": "a", "limit": "3"})).await, "a xSome(3) None");
    assert_eq!(call(json!({"Query": "a", "limit": 3.0})).await, "a xSome(3) None");
    // As a model writes them that has no way to give JSON.
    assert_eq!(call(json!("{'query': 'a', 'limit': 3,}")).await, "a xSome(3) None");
    assert_eq!(call(json!("```json\n{\"query\": \"a\"}\n```")).await, "a xNone None");
    let nested = json!({"query": "a", "filter": {"language": "nb"}});
    assert_eq!(call(nested).await, "a xNone Some(\"nb\")");
    let repairs = search().check(json!({"query": "a", "limit": "3"})).unwrap().repairs;
    assert_eq!(repairs.len(), 1, "what was changed is told: {repairs:?}");
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let tool = search();
    let takes = "; it takes (query: text, limit: optional integer, filter: optional Filter)";
    let all = problem_of(&tool, json!({"querry": "a", "limit": "many", "page": 2})).await;
    let (problems, rest) = all.split_at(all.find("; it takes").unwrap());
    assert_eq!(rest, takes);
    assert_eq!(
        problems,
        "the arguments of the tool `search` do not fit: there is no argument `querry`, did you \
         mean `query`?; `limit`: expected an integer between 1 and 50, found `many`; there is no argument `page`; \
         `query` is missing"
    );
    let bounds = problem_of(&tool, json!({"query": "a", "limit": 99})).await;
    assert!(bounds.contains("`limit`: ") && bounds.contains("50"), "{bounds}");
    let nested = problem_of(&tool, json!({"query": "a", "filter": {"tongue": "nb"}})).await;
    assert!(nested.contains("`filter`: ") && nested.contains("tongue"), "{nested}");
    let nothing = problem_of(&tool, Value::Null).await;
    assert!(nothing.contains("`query` is missing"), "{nothing}");
    let list = problem_of(&tool, json!([1, 2])).await;
    assert!(list.starts_with("the arguments of the tool `search` do not fit: "), "{list}");
    let text = problem_of(&tool, json!("{\"query\": \"a\", \"limit\":")).await;
    assert!(text.starts_with("the arguments of the tool `search` do not fit: "), "{text}");
}

#[tokio::test]
async fn the_code_is_not_run_on_arguments_that_do_not_fit() {
    let tool = Tool::new("boom", "", |_: Search| async move { panic!("was run") as String });
    assert!(matches!(tool.call(json!({})).await, Err(ToolError::Arguments { .. })));
}

#[tokio::test]
async fn a_value_is_one_argument_and_unit_is_none() {
    let double = Tool::new("double", "", |n: i64| async move { n * 2 });
    assert_eq!(double.spec().parameters["required"], json!(["input"]));
    assert_eq!(double.call(json!({"input": "21"})).await.unwrap(), 42);
    let total = Tool::new("total", "", |of: Vec<Search>| async move { of.len() });
    assert_eq!(total.call(json!({"input": [{"query": "a"}]})).await.unwrap(), 1);
    let now = Tool::new("now", "", |(): ()| async move { "noon" });
    for arguments in [json!({}), Value::Null, json!("")] {
        assert_eq!(now.call(arguments).await.unwrap(), "noon");
    }
    assert!(problem_of(&now, json!({"zone": "UTC"})).await.contains("no argument `zone`"));
}

#[tokio::test]
async fn failures_panics_and_slowness_are_told_apart() {
    let failing = Tool::new("a", "", |(): ()| async move { Err::<(), _>("no network") });
    assert_eq!(problem_of(&failing, json!({})).await, "the tool `a` failed: no network");
    let asleep = |(): ()| async move { tokio::time::sleep(Duration::from_secs(60)).await };
    let slow = Tool::new("b", "", asleep).with_timeout(Duration::from_millis(20));
    let started = Instant::now();
    assert_eq!(problem_of(&slow, json!({})).await, "the tool `b` gave no result within 20ms");
    assert!(started.elapsed() < Duration::from_secs(10));
    let broken = Tool::new("c", "", |n: u8| async move { panic!("no {n}") as String });
    assert_eq!(problem_of(&broken, json!({"input": 7})).await, "the tool `c` broke down: no 7");
    let broken = Tool::blocking("d", "", |n: u8| -> String { panic!("no {n}") });
    assert_eq!(problem_of(&broken, json!({"input": 7})).await, "the tool `d` broke down: no 7");
}

#[tokio::test]
async fn a_blocking_tool_leaves_the_runtime_free() {
    let nap = Tool::blocking("nap", "", |(): ()| std::thread::sleep(Duration::from_millis(150)));
    let started = Instant::now();
    let naps = (0..8).map(|_| nap.call(json!({})));
    for done in futures_util::future::join_all(naps).await {
        done.unwrap();
    }
    assert!(started.elapsed() < Duration::from_millis(700), "{:?}", started.elapsed());
    let stuck = nap.with_timeout(Duration::from_millis(10));
    assert!(matches!(stuck.call(json!({})).await, Err(ToolError::TimedOut { .. })));
}

#[tokio::test]
async fn a_schema_known_at_run_time_is_passed_through() {
    let schema = json!({
        "type": "object",
        "properties": {"to": {"$ref": "#/$defs/Place"}},
        "required": ["to"],
        "$defs": {"Place": {"enum": ["Oslo", "Bergen"]}},
    });
    let go = Tool::with_schema("go", "Goes there.", schema.clone(), |arguments| async move {
        Ok::<_, ToolError>(arguments)
    });
    assert_eq!(go.spec().parameters, schema);
    assert_eq!(go.call(json!({"to": "bergen"})).await.unwrap(), json!({"to": "Bergen"}));
    let nowhere = problem_of(&go, json!({"to": "Rome"})).await;
    assert!(nowhere.contains("`to`: expected one of `Oslo`, `Bergen`"), "{nowhere}");
    let open = json!({"type": "object", "properties": {}, "additionalProperties": true});
    let open = Tool::with_schema("open", "", open, |arguments| async move { arguments });
    assert_eq!(open.call(json!({"any": 1})).await.unwrap(), json!({"any": 1}));
}

/// Translate the text to English.
#[derive(Signature)]
struct Translate {
    /// In any language.
    #[input]
    text: String,
    #[output]
    english: String,
}

#[derive(Clone)]
struct Careful {
    translate: Predict<Translate>,
}

#[module]
impl Careful {
    /// Translates twice.
    pub(crate) async fn forward(&self, text: String) -> dspy::Result<String> {
        let once = self.translate.call(text).await?.into_output().english;
        Ok(self.translate.call(once).await?.into_output().english)
    }
}

#[tokio::test]
async fn a_program_is_a_tool_with_its_own_parameters_and_calls() {
    let bare = Tool::from_module(Predict::<Translate>::new());
    assert_eq!(bare.name(), "translate");
    assert_eq!(bare.description(), "Translate the text to English.");
    assert_eq!(leaf_paths(&bare), ["self", "program"]);

    let tool = Tool::from_module(Careful { translate: Predict::new() });
    assert_eq!((tool.name(), tool.description()), ("careful", "Translates twice."));
    assert_eq!(tool.spec().parameters.get("description"), None);
    let mut tools = Toolset::new([tool]).unwrap();
    assert_eq!(leaf_paths(&tools), ["['careful']", "['careful'].program.translate"]);
    let answer = |text: &str| format!("[[ ## english ## ]]\n{text}\n\n[[ ## completed ## ]]");
    let model = Scripted::texts([answer("one"), answer("two")]);
    module::set_lm(&mut tools, &model.lm());
    let result = tools.call("careful", json!({"text": "hallo"})).await.unwrap();
    assert_eq!(result, "two");
    model.check_exhausted().unwrap();
    let failed = tools.call("careful", json!({"text": "hallo"})).await.unwrap_err();
    assert!(failed.to_string().contains("predictor `translate`: the script ends"), "{failed}");
}

#[test]
fn words_are_parameters_that_files_keep() {
    let mut tools = Toolset::new([search()]).unwrap();
    let description = ParameterKind::TOOL_DESCRIPTION;
    let arguments = ParameterKind::ARGUMENT_DESCRIPTIONS;
    let path = "['search']";
    assert_eq!(parameter_value(&tools, path, &description).unwrap(), "Looks things up.");
    set_parameter(&mut tools, path, &description, json!("Finds pages.")).unwrap();
    set_parameter(&mut tools, path, &arguments, json!({"query": "Three words."})).unwrap();
    let spec = tools.specs().remove(0);
    assert_eq!(spec.description, "Finds pages.");
    assert_eq!(spec.parameters["properties"]["query"]["description"], "Three words.");
    assert_eq!(spec.parameters["properties"]["limit"]["description"], "How many results.");

    let wrong = set_parameter(&mut tools, path, &arguments, json!({"page": "x"})).unwrap_err();
    assert!(wrong.to_string().contains("the tool `search` has no argument `page`"), "{wrong}");
    set_parameter(&mut tools, path, &ParameterKind::DEMOS, json!([])).unwrap_err();

    let file = module::to_value(&tools, None);
    let mut fresh = Toolset::new([search()]).unwrap();
    let before = module::identity(&fresh);
    assert_ne!(before, module::identity(&tools));
    module::load_value(&mut fresh, &file, "tools.json", Default::default()).unwrap();
    assert_eq!(module::identity(&fresh), module::identity(&tools));
    assert_eq!(fresh.specs(), tools.specs());
    // A clone's words are its own.
    assert_eq!(search().description(), "Looks things up.");
}

#[test]
fn words_can_be_frozen() {
    let mut tools = Toolset::new([search().frozen()]).unwrap();
    assert!(module::parameters(&tools).iter().all(|parameter| parameter.frozen));
    module::unfreeze(&mut tools, module::Select::all()).unwrap();
    assert!(module::parameters(&tools).iter().all(|parameter| !parameter.frozen));
}

#[test]
fn a_set_refuses_what_cannot_stand_together() {
    let twice = Toolset::new([search(), search()]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "there are two tools called `search`; rename one of them with `named`"
    );
    for name in ["", "two words", "ø", &"x".repeat(65)] {
        let refused = Toolset::new([search().named(name)]).unwrap_err();
        assert!(matches!(refused, ToolError::Name { .. }), "{refused}");
    }
    let tools = Toolset::new([search()]).unwrap();
    assert_eq!(
        tools.find("serach").unwrap_err().to_string(),
        "there is no tool `serach`, did you mean `search`?; there are: search"
    );
}
