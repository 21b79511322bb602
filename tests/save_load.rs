//! Programs as files: strict, atomic, readable, and never a place for endpoints or keys.

use dspy::module::{self, LoadIssue, LoadOptions, ParameterKind};
use dspy::prelude::*;
use dspy::signature::{Demo, Fields};
use serde_json::{Value, json};

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Pipeline {
    think: ChainOfThought<Qa>,
    hops: Vec<Predict<Qa>>,
}

#[module]
impl Pipeline {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let mut text = question;
        for hop in &self.hops {
            text = hop.call(text).await?.into_output().answer;
        }
        Ok(self.think.call(text).await?.into_output().into_output().answer)
    }
}

fn demo() -> Demo {
    let fields = json!({"question": "2+2?", "reasoning": "add", "answer": "4"});
    Demo::augmented(fields.as_object().unwrap().clone())
}

fn tuned() -> Pipeline {
    let hop = Predict::<Qa>::new().with_instructions("Hop.\n\nSecond line.");
    Pipeline { think: ChainOfThought::new().with_demos(vec![demo()]), hops: vec![hop] }
}

fn blank() -> Pipeline {
    Pipeline { think: ChainOfThought::new(), hops: vec![Predict::new()] }
}

/// Writes `value` to a file of its own and loads it.
fn load(
    program: &mut Pipeline,
    value: &Value,
    options: LoadOptions,
) -> Result<module::LoadReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.json");
    std::fs::write(&file, value.to_string()).unwrap();
    module::load(program, &file, options).map_err(|error| error.to_string())
}

#[test]
fn what_was_saved_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.json");
    let program = tuned();
    program.save(&file).unwrap();
    let mut other = blank();
    assert_ne!(module::identity(&other), module::identity(&program));
    let report = other.load(&file).unwrap();
    assert_eq!(report.loaded, ["hops[0]", "think"]);
    assert!(report.issues.is_empty());
    assert_eq!(module::identity(&other), module::identity(&program));
    assert!(module::diff(&other, &program).is_empty());
    // Nothing is left beside the file, and saving over it works.
    program.save(&file).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_file_is_laid_out_as_python_dspy_lays_it_out() {
    let file = module::to_value(&tuned(), None);
    assert_eq!(
        file["think"]["demos"][0],
        json!({
            "augmented": true, "question": "2+2?", "reasoning": "add", "answer": "4"
        })
    );
    assert_eq!(file["think"]["signature"]["instructions"], "Answer the question.");
    assert_eq!(
        file["think"]["signature"]["fields"][0],
        json!({
            "prefix": "Question:", "description": "${question}"
        })
    );
    assert_eq!(file["hops[0]"]["lm"], Value::Null);
    assert_eq!(file["metadata"]["dspy_rust"]["format"], module::FORMAT_VERSION);
}

#[test]
fn a_python_file_of_the_same_program_loads() {
    let field =
        |name: &str| json!({"prefix": format!("{name}:"), "description": format!("${{{name}}}")});
    let mut program = blank();
    let report = load(
        &mut program,
        &json!({
            "think.predict": {
                "traces": [], "train": [],
                "demos": [{"augmented": true, "question": "q", "reasoning": "r", "answer": "a"}],
                "signature": {
                    "instructions": "From Python.",
                    "fields": [field("question"), field("reasoning"), field("answer")],
                },
                "lm": null,
            },
            "hops[0]": {
                "traces": [], "train": [], "demos": [],
                "signature": {
                    "instructions": "Hop.",
                    "fields": [field("question"), {"prefix": "Answer:", "description": "short"}],
                },
                "lm": {"model": "openai/gpt-4o-mini", "temperature": 0.5},
            },
            "metadata": {"dependency_versions": {"python": "3.11", "dspy": "3.4.1"}},
        }),
        LoadOptions::default(),
    )
    .unwrap();
    assert_eq!(report.loaded.len(), 2);
    assert_eq!(program.think.instructions(), "From Python.");
    assert_eq!(program.think.demos().len(), 1);
    let descriptions = module::parameter_value(&program, "hops[0]", &ParameterKind::DESCRIPTIONS);
    assert_eq!(descriptions, Some(json!({"answer": "short"})));
    let lm = module::parameter_value(&program, "hops[0]", &ParameterKind::LM).unwrap();
    assert_eq!(lm, json!({"model": "openai/gpt-4o-mini", "temperature": 0.5}));
}

#[test]
fn a_file_of_another_shape_changes_nothing_and_is_told_apart() {
    let mut file = module::to_value(&tuned(), None);
    let entry = file.as_object_mut().unwrap().shift_remove("hops[0]").unwrap();
    file["ghost"] = entry;
    let mut program = blank();
    let before = module::identity(&program);
    let error = load(&mut program, &file, LoadOptions::default()).unwrap_err();
    assert!(error.contains("`hops[0]`") && error.contains("`ghost`"), "{error}");
    assert_eq!(module::identity(&program), before);

    let lenient = LoadOptions { allow_missing: true, allow_unused: true, ..Default::default() };
    let report = load(&mut program, &file, lenient).unwrap();
    assert_eq!(report.loaded, ["think"]);
    assert_eq!(
        report.issues,
        [LoadIssue::Missing { path: "hops[0]".into() }, LoadIssue::Unused { path: "ghost".into() },]
    );
}

#[test]
fn values_that_do_not_fit_are_named_and_nothing_is_half_loaded() {
    let mut file = module::to_value(&tuned(), None);
    file["think"]["signature"]["instructions"] = json!("New.");
    file["hops[0]"]["demos"] = json!([{"question": "q", "answer": {"no": "text"}}]);
    let mut program = blank();
    let before = module::identity(&program);
    let error = load(&mut program, &file, LoadOptions::default()).unwrap_err();
    assert!(error.contains("`hops[0]`: `demos[0].answer`"), "{error}");
    assert_eq!(module::identity(&program), before, "all or nothing");

    let mut file = module::to_value(&tuned(), None);
    file["hops[0]"]["signature"]["fields"].as_array_mut().unwrap().pop();
    let error = load(&mut program, &file, LoadOptions::default()).unwrap_err();
    assert!(error.contains("1 fields") && error.contains("has 2"), "{error}");
}

#[test]
fn endpoints_and_keys_in_a_file_are_ignored_and_reported() {
    let mut file = module::to_value(&tuned(), None);
    file["think"]["lm"] = json!({
        "model": "openai/gpt-4o-mini", "temperature": 0.5,
        "api_base": "http://evil.example", "api_key": "sk-canary", "num_retries": 7, "top_p": null,
    });
    let mut program = blank();
    let report = load(&mut program, &file, LoadOptions::default()).unwrap();
    let ignored: Vec<_> = report.issues.iter().map(ToString::to_string).collect();
    assert_eq!(ignored.len(), 3, "{ignored:?}");
    assert!(ignored[2].contains("`num_retries`"), "{ignored:?}");
    assert!(ignored[0].contains("`api_base`") && ignored[1].contains("`api_key`"), "{ignored:?}");
    let again = module::to_value(&program, None).to_string();
    assert!(!again.contains("evil") && !again.contains("canary"), "{again}");
}

#[test]
fn extra_fields_of_request_bodies_stay_in_code() {
    let mut settings = dspy::lm::Settings::default().with_temperature(0.5);
    settings.extra.insert("user_token".to_owned(), json!("canary"));
    let program = Predict::<Qa>::new().with_settings(&settings);
    let file = module::to_value(&program, None);
    assert_eq!(file["self"]["lm"], json!({"temperature": 0.5}));
    assert!(!file.to_string().contains("canary"));
}

#[test]
fn newer_cut_off_and_absent_files() {
    let mut program = blank();
    let mut file = module::to_value(&tuned(), None);
    file["metadata"]["dspy_rust"]["format"] = json!(999);
    let error = load(&mut program, &file, LoadOptions::default()).unwrap_err();
    assert!(error.contains("999") && error.contains("update dspy"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.json");
    let text = module::to_value(&tuned(), None).to_string();
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    let error = program.load(&path).unwrap_err().to_string();
    assert!(error.contains("cut.json") && error.contains("cut off"), "{error}");

    let error = program.load(folder.path().join("absent.json")).unwrap_err().to_string();
    assert!(error.contains("absent.json") && error.contains("could not read"), "{error}");
    let error = program.save(folder.path().join("no/such/folder/x.json")).unwrap_err().to_string();
    assert!(error.contains("could not write"), "{error}");
}

#[test]
fn a_diff_tells_what_changed() {
    let diff = module::diff(&blank(), &tuned());
    let text = diff.to_string();
    assert_eq!(diff.changes().len(), 2);
    assert!(text.contains("think · demos\n  + {\"augmented\":true"), "{text}");
    assert!(text.contains("hops[0] · instructions\n  - Answer the question.\n  + Hop."), "{text}");
}

#[test]
fn parameters_are_set_by_path_and_checked() {
    let mut program = blank();
    let set = |program: &mut Pipeline, path: &str, kind: &ParameterKind, value: Value| {
        module::set_parameter(program, path, kind, value).map_err(|error| error.to_string())
    };
    set(&mut program, "hops[0]", &ParameterKind::INSTRUCTIONS, json!("Go.")).unwrap();
    assert_eq!(program.hops[0].instructions(), "Go.");
    let error = set(&mut program, "hops[1]", &ParameterKind::INSTRUCTIONS, json!("x")).unwrap_err();
    assert!(error.contains("`hops[1]`") && error.contains("hops[0], think"), "{error}");
    let error = set(&mut program, "think", &ParameterKind::new("speed"), json!(1)).unwrap_err();
    assert!(error.contains("`speed`") && error.contains("`demos`"), "{error}");
    let ghost = Demo::new(Fields::from_iter([("ghost".to_owned(), json!(1))]));
    let error = module::set_demos(&mut program, "think", &[ghost]).unwrap_err().to_string();
    assert!(error.contains("`ghost`"), "{error}");
    let error =
        set(&mut program, "think", &ParameterKind::DESCRIPTIONS, json!({"x": "y"})).unwrap_err();
    assert!(error.contains("`x`"), "{error}");
}

#[test]
fn clones_are_independent() {
    let program = tuned();
    let copy = program.clone();
    let mut changed = program.clone();
    module::set_parameter(&mut changed, "think", &ParameterKind::INSTRUCTIONS, json!("Other."))
        .unwrap();
    assert_eq!(module::identity(&copy), module::identity(&program));
    assert_ne!(module::identity(&changed), module::identity(&program));
}
