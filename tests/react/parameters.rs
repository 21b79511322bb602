//! Paths, files, nesting, demonstrations, optimizers.

use dspy::lm::{Part, Role, Scripted, ScriptedAnswer};
use dspy::module::{self, DynModule, LoadOptions, ParameterKind, leaf_paths, set_demos};
use dspy::optimize::{BootstrapFewShot, Optimizer};
use dspy::predict::Answered;
use dspy::prelude::*;
use dspy::run::Run;
use dspy::signature::Demo;
use serde_json::{Value, json};

use super::scene::*;

const PATHS: [&str; 7] = [
    "react",
    "extract.predict",
    "tools['fail']",
    "tools['flood']",
    "tools['lookup']",
    "tools['panic']",
    "tools['slow']",
];

fn demo(value: Value) -> Demo {
    serde_json::from_value(value).unwrap()
}

fn step_demo() -> Demo {
    demo(json!({
        "augmented": true,
        "question": "Which river?",
        "trajectory": "No steps yet.",
        "next_thought": "Look at the map.",
        "next_tool_name": "lookup",
        "next_tool_args": {"key": "map"},
    }))
}

#[tokio::test]
async fn saved_and_loaded_with_words_of_tools_and_demonstrations() {
    let model = Scripted::new([finish(), answer()]);
    let mut tuned = agent(&model);
    assert_eq!(leaf_paths(&tuned), PATHS);
    set_demos(&mut tuned, "react", &[step_demo()]).unwrap();
    let words = ParameterKind::TOOL_DESCRIPTION;
    module::set_parameter(&mut tuned, "tools['lookup']", &words, json!("The atlas.")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.json");
    tuned.save(&file).unwrap();
    let mut fresh = agent(&model);
    assert_ne!(module::identity(&fresh), module::identity(&tuned));
    fresh.load(&file).unwrap();
    assert_eq!(module::identity(&fresh), module::identity(&tuned));
    assert_answered(&fresh.call("Which city?").await.unwrap());
    let request = &model.requests()[0];
    assert!(request.messages[0].text().contains("`lookup`: The atlas."));
    assert!(request.messages[1].text().contains("Which river?"));
    assert!(request.messages[2].text().contains("Look at the map."));
}

#[tokio::test]
async fn a_file_of_dspys_is_understood() {
    let fields = |names: &[&str]| -> Value {
        let field = |name: &&str| json!({"prefix": "X:", "description": format!("${{{name}}}")});
        names.iter().map(field).collect()
    };
    let leaf = |instructions: &str, names: &[&str]| {
        json!({"traces": [], "train": [], "demos": [], "lm": null,
            "signature": {"instructions": instructions, "fields": fields(names)}})
    };
    let react = ["question", "trajectory", "next_thought", "next_tool_name", "next_tool_args"];
    let extract = ["question", "trajectory", "reasoning", "answer"];
    let file = json!({
        "react": leaf("Act.", &react),
        "extract.predict": leaf("Extract.", &extract),
        "metadata": {"dependency_versions": {"dspy": "3.4.1"}},
    });
    let mut agent = agent(&Scripted::texts(["x"]));
    // DSPy has no parameters of tools.
    let options = LoadOptions::default();
    module::load_value(&mut agent, &file, "dspy.json", options).unwrap();
    assert_eq!(agent.react().instructions(), "Act.");
    assert_eq!(agent.extract().instructions(), "Extract.");
}

#[tokio::test]
async fn demonstrations_become_native_steps() {
    let model = native([calls("Done.", []).into(), answer()]);
    let mut agent = agent(&model);
    set_demos(&mut agent, "react", &[step_demo()]).unwrap();
    assert_answered(&agent.call("Which city?").await.unwrap());
    let messages = &model.requests()[0].messages;
    let roles: Vec<Role> = messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::Tool, Role::User]);
    assert!(messages[1].text().contains("Which river?"));
    assert!(messages[1].text().contains("No steps yet."));
    assert_eq!(messages[2].text(), "Look at the map.");
    let Part::ToolCall(call) = &messages[2].parts[1] else { panic!("{:?}", messages[2]) };
    assert_eq!((call.name.as_str(), &call.arguments), ("lookup", &json!({"key": "map"})));
}

#[derive(Clone)]
struct Twice {
    first: ReAct<Qa>,
    second: DynModule<QaInput, Answered<QaOutput>>,
}

#[module]
impl Twice {
    pub(crate) async fn forward(&self, question: String) -> dspy::Result<String> {
        let first = self.first.call(question).await?.into_output();
        Ok(self.second.call(first.answer.as_str()).await?.answer.clone())
    }
}

#[tokio::test]
async fn nested_boxed_and_traced() {
    let both = || [step("lookup", json!({"key": "a"})), finish(), answer()];
    let model = Scripted::new(both().into_iter().chain(both()));
    let part = agent(&model);
    let program = Twice { first: part.clone(), second: DynModule::new(part) };
    let paths: Vec<String> = leaf_paths(&program);
    assert_eq!(paths.len(), 14);
    assert!(paths.contains(&"second.extract.predict".to_owned()));
    assert!(paths.contains(&"first.tools['lookup']".to_owned()));
    let run = Run::recording();
    let out = program.call("Which city?").run(&run).await.unwrap();
    assert_eq!(*out, "Paris");
    let trace = run.trace();
    let called: Vec<&str> = trace.calls().iter().map(|call| call.path.as_str()).collect();
    assert_eq!(
        called,
        [
            "first.react",
            "first.react",
            "first.extract.predict",
            "second.react",
            "second.react",
            "second.extract.predict",
        ]
    );
    let invocations: Vec<u64> = trace.calls().iter().map(|call| call.invocation).collect();
    assert_eq!(invocations[0], invocations[2]);
    assert_ne!(invocations[0], invocations[3]);
    assert_eq!(run.usage().calls, 6);
    let first = &trace.calls()[0];
    assert_eq!(first.inputs["trajectory"], "No steps yet.");
    assert_eq!(first.outputs.as_ref().unwrap()["next_tool_args"], json!({"key": "a"}));
}

/// Find the meaning.
#[derive(Signature)]
struct Define {
    #[input]
    word: String,
    #[output]
    meaning: String,
}

#[tokio::test]
async fn a_program_as_a_tool_belongs_to_the_run() {
    let model = Scripted::new([
        step("define", json!({"word": "city"})),
        "[[ ## meaning ## ]]\na large town\n\n[[ ## completed ## ]]".into(),
        finish(),
        answer(),
    ]);
    let define = Tool::from_module(Predict::<Define>::new());
    let agent = ReAct::<Qa>::new([define]).unwrap().with_lm(&model.lm());
    let run = Run::recording();
    let out = agent.call("Which city?").run(&run).await.unwrap();
    assert_answered(&out);
    assert_eq!(outcome(&out, 0).text(), "{\"meaning\": \"a large town\"}");
    assert_eq!(out.usage().calls, 4);
    let trace = run.trace();
    let path = "tools['define'].program";
    assert_eq!(trace.of(path).count(), 1);
    let (inner, outer) = (trace.of(path).next().unwrap(), &trace.calls()[0]);
    assert_eq!(inner.parent.or(Some(inner.invocation)), Some(outer.invocation));
}

#[tokio::test]
async fn bootstrapping_demonstrates_steps_in_both_protocols() {
    let rows = vec![Qa { question: "Which city?".into(), answer: "Paris".into() }];
    for is_native in [false, true] {
        let model = Scripted::with(move |request, _| -> ScriptedAnswer {
            let text: String = request.messages.iter().map(|message| message.text()).collect();
            let has_found = request.messages.iter().any(|message| message.role == Role::Tool)
                || text.contains("found a");
            match (text.contains("[[ ## reasoning ## ]]"), is_native, has_found) {
                (true, ..) => answer(),
                (_, false, false) => step("lookup", json!({"key": "a"})),
                (_, false, true) => finish(),
                (_, true, false) => {
                    calls("Look.", [call("1", "lookup", json!({"key": "a"}))]).into()
                }
                (_, true, true) => calls("Done.", [call("2", "finish", json!({}))]).into(),
            }
        });
        let agent = agent(&model).native(is_native);
        let metric = |row: &Qa, out: &QaOutput| row.answer == out.answer;
        let report = BootstrapFewShot::new(metric).compile(&agent, rows.clone()).await.unwrap();
        let demos = report.program.react().demos();
        assert!(demos.iter().any(|demo| demo.augmented), "{demos:?}");
        assert!(demos[0].fields["next_tool_name"].is_string(), "{demos:?}");
        assert!(report.program.extract().demos()[0].fields["trajectory"].is_string());
        // What it learned can be shown.
        assert_answered(&report.program.call("Which town?").await.unwrap());
    }
}

/// A signature with a field that an agent needs for itself.
#[derive(Signature)]
struct Taken {
    #[input]
    question: String,
    #[output]
    trajectory: String,
}

#[test]
fn what_cannot_be_an_agent_is_refused() {
    let refused = ReAct::<Taken>::new([]).unwrap_err().to_string();
    assert!(refused.contains("there is a field `trajectory` already"), "{refused}");
    let finish = Tool::new("finish", "", |(): ()| async move {});
    let refused = ReAct::<Qa>::new([finish]).unwrap_err().to_string();
    assert!(refused.contains("`finish` cannot be the name of a tool"), "{refused}");
    let twice = [tools().remove(0), tools().remove(0)];
    assert!(ReAct::<Qa>::new(twice).unwrap_err().to_string().contains("two tools"));
}
