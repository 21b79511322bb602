//! Files that somebody else wrote: clear errors, nothing half loaded, no request, bounded work.

use dspy::lm::Scripted;
use dspy::module::{self, LoadIssue, LoadOptions, ParameterKind};
use dspy::prelude::*;
use serde_json::{Value, json};

#[derive(Signature, Clone)]
struct Sort {
    #[input]
    mail: String,
    #[input]
    first_name: String,
    /// The drawer.
    #[output]
    label: String,
    #[output]
    count: u8,
}

#[derive(Clone, Default)]
struct Program {
    sort: Predict<Sort>,
    judge: ChainOfThought<Sort>,
}

#[module(also(judge))]
impl Program {
    async fn forward(&self, mail: String) -> dspy::Result<String> {
        let input = SortInput { mail, first_name: "Ada".to_owned() };
        Ok(self.sort.call(input).await?.into_output().label)
    }
}

fn entry(names: &[&str]) -> Value {
    let title = |name: &str| match name {
        "first_name" => "First Name:".to_owned(),
        name => name[..1].to_uppercase() + &name[1..] + ":",
    };
    let field = |name: &&str| json!({"prefix": title(name), "description": format!("${{{name}}}")});
    let fields: Vec<_> = names.iter().map(field).collect();
    json!({"traces": [], "train": [], "demos": [], "lm": null,
        "signature": {"instructions": "Sort.", "fields": fields}})
}

const PLAIN: [&str; 4] = ["mail", "first_name", "label", "count"];
const REASONED: [&str; 5] = ["mail", "first_name", "reasoning", "label", "count"];

/// What Python writes for such a program.
fn python() -> Value {
    json!({
        "sort": entry(&PLAIN),
        "judge.predict": entry(&REASONED),
        "metadata": {"dependency_versions": {"python": "3.11", "dspy": "3.4.1"}},
    })
}

/// Loads a text as a file; the program must be as before where that fails.
fn load_text(text: &[u8], options: LoadOptions) -> Result<(Program, module::LoadReport), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.json");
    std::fs::write(&file, text).unwrap();
    let mut program = Program::default();
    let before = module::identity(&program);
    match module::load(&mut program, &file, options) {
        Ok(report) => Ok((program, report)),
        Err(error) => {
            assert_eq!(module::identity(&program), before, "nothing is half loaded");
            let error = error.to_string();
            assert!(error.len() < 30_000, "an error of {} bytes", error.len());
            Err(error)
        }
    }
}

fn load(file: &Value) -> Result<(Program, module::LoadReport), String> {
    load_text(file.to_string().as_bytes(), LoadOptions::default())
}

#[track_caller]
fn refused(file: &Value, parts: &[&str]) {
    let error = load(file).map(|_| ()).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn a_file_of_python_is_loaded_as_it_is_meant() {
    let mut file = python();
    file["sort"]["signature"]["fields"][0]["description"] = json!("The words.");
    file["sort"]["demos"] = json!([
        {"augmented": true, "mail": "m", "first_name": "Ada", "label": "a", "count": 3},
        {"mail": "n", "label": "b", "remark": "of the data set", "dspy_split": "train"},
        {"mail": "o", "label": null},
        {"remark": "nothing else"},
    ]);
    file["judge.predict"]["lm"] = json!({
        "_dspy_lm_class": "dspy.clients.lm.LM", "model": "openai/o4-mini", "model_type": "chat",
        "cache": true, "num_retries": 3, "temperature": null, "max_completion_tokens": 20000,
        "finetuning_model": null, "launch_kwargs": {}, "train_kwargs": {}, "stop": "END",
        "logprobs": true, "top_logprobs": 4, "use_developer_role": true,
    });
    let (program, report) = load(&file).unwrap();
    let ignored: Vec<_> = report.issues.iter().map(ToString::to_string).collect();
    assert_eq!(report.loaded, ["sort", "judge"]);
    for part in ["demos[1].remark", "demos[1].dspy_split", "`demos[3]`", "use_developer_role"] {
        assert!(ignored.iter().any(|issue| issue.contains(part)), "{part}: {ignored:?}");
    }
    assert_eq!(ignored.len(), 5, "{ignored:?}");
    assert_eq!(program.sort.demos().len(), 3);
    assert!(program.sort.demos()[0].augmented);
    // A declared description gives way to Python's, and to Python's having none.
    let descriptions = module::parameter_value(&program, "sort", &ParameterKind::DESCRIPTIONS);
    assert_eq!(descriptions, Some(json!({"mail": "The words.", "label": ""})));
    let lm = module::parameter_value(&program, "judge", &ParameterKind::LM).unwrap();
    assert_eq!(
        lm,
        json!({"model": "openai/o4-mini", "max_tokens": 20000, "stop": ["END"], "logprobs": 4})
    );
}

#[test]
fn a_program_that_is_one_predictor_has_no_path_in_pythons_file() {
    let mut file = entry(&PLAIN);
    file["metadata"] = json!({"dependency_versions": {"dspy": "3.4.1"}});
    let mut program = Predict::<Sort>::new();
    let report = module::load_value(&mut program, &file, "x", LoadOptions::default()).unwrap();
    assert_eq!(report.loaded, ["self"]);
    assert_eq!(program.instructions(), "Sort.");
    let (saved, _) = module::to_python(&program);
    assert_eq!(saved["signature"], file["signature"]);
    // In a program of several parts it is nobody's.
    refused(&file, &["`self`", "missing"]);
}

#[test]
fn fields_that_differ_in_number_or_name_are_named() {
    let mut file = python();
    file["sort"] = entry(&["mail", "label", "count"]);
    refused(&file, &["`sort`", "has 3 fields", "has 4: `mail`, `first_name`, `label`, `count`"]);
    file["sort"] = entry(&["mail", "first_name", "drawer", "count"]);
    refused(&file, &["`sort`", "fields[2]", "`drawer` in the file", "rename = \"drawer\""]);
    // Two fields in another order, which only their titles tell.
    file["sort"] = entry(&["first_name", "mail", "label", "count"]);
    for field in file["sort"]["signature"]["fields"].as_array_mut().unwrap() {
        field["description"] = json!("words of somebody's own");
    }
    refused(&file, &["fields[0]", "`first_name` in the file, and `mail` in the program"]);
}

#[test]
fn values_of_demonstrations_that_do_not_fit_are_named_one_by_one() {
    let mut file = python();
    file["sort"]["demos"] = json!([
        {"mail": "m", "label": "a", "count": 300},
        {"mail": 5, "label": {"no": "text"}},
        "no object",
        {"augmented": "yes", "mail": "m", "label": "a"},
    ]);
    let places =
        ["demos[0].count", "demos[1].mail", "demos[1].label", "`demos[2]`", "demos[3].aug"];
    refused(&file, &places);
}

#[test]
fn paths_are_mapped_and_a_mapping_that_names_nothing_is_wrong() {
    let mut file = python();
    let object = file.as_object_mut().unwrap();
    let (sort, judge) = (object.remove("sort").unwrap(), object.remove("judge.predict").unwrap());
    object.insert("old.sorter".to_owned(), sort);
    object.insert("old.judges['it's me'].predict".to_owned(), judge);
    let options = LoadOptions::default()
        .with_renamed("sort", "old.sorter")
        .with_renamed("judge", "old.judges['it\\'s me']");
    let text = file.to_string();
    let (_, report) = load_text(text.as_bytes(), options.clone()).unwrap();
    assert_eq!(report.loaded.len(), 2);
    let error = load_text(text.as_bytes(), options.with_renamed("ghost", "x")).map(|_| ());
    assert!(error.unwrap_err().contains("`ghost`: the mapping of paths names nothing"));
}

#[test]
fn decision_parameters_and_code_are_never_dropped_in_silence() {
    let mut file = python();
    file["sort"]["fields"] = json!({"label": {"threshold": 0.3}});
    refused(&file, &["unused", "`sort.fields`"]);
    let options = LoadOptions { allow_unused: true, ..LoadOptions::default() };
    let (_, report) = load_text(file.to_string().as_bytes(), options).unwrap();
    assert_eq!(report.issues, [LoadIssue::Unused { path: "sort.fields".to_owned() }]);

    let mut file = python();
    file["sort"]["module_src"] = json!("import os; os.system('true')");
    refused(&file, &["`sort`", "Python code, which is never run"]);
    let mut file = python();
    file["sort"]["signature"]["__reduce__"] = json!(["os.system", "true"]);
    file["sort"]["lm"] =
        json!({"_dspy_lm_class": "os.system", "engine": {"class": "subprocess.Popen"}});
    let (_, report) = load(&file).unwrap();
    assert_eq!(report.issues.len(), 3, "{report}");
}

#[test]
fn an_endpoint_is_taken_on_request_only_and_never_kept() {
    let mut file = python();
    file["sort"]["lm"] = json!({
        "model": "openai/m", "temperature": 0.5, "api_base": "http://127.0.0.1:9/v1",
        "api_key": "sk-canary", "model_list": [{"api_base": "http://x.example"}],
    });
    let text = file.to_string();
    let (program, report) = load_text(text.as_bytes(), LoadOptions::default()).unwrap();
    assert_eq!(report.issues.len(), 3, "{report}");
    assert!(module::lm_of(&program).is_none());
    let options = LoadOptions { allow_endpoints: true, ..LoadOptions::default() };
    let (program, report) = load_text(text.as_bytes(), options).unwrap();
    assert_eq!(report.issues.len(), 2, "{report}");
    assert!(module::lm_of(&program).is_some());
    for saved in [module::to_value(&program, None), module::to_python(&program).0] {
        let saved = saved.to_string();
        assert!(saved.contains("openai/m"), "{saved}");
        assert!(!saved.contains("127.0.0.1") && !saved.contains("canary"), "{saved}");
    }
    let mut file = python();
    file["sort"]["lm"] = json!({"model": "openai/m@http://x.example/v1"});
    refused(&file, &["`sort`", "`lm.model` names an address"]);
    file["sort"]["lm"] = json!("sk-canary");
    let error = load(&file).map(|_| ()).unwrap_err();
    assert!(error.contains("`lm`: expected") && !error.contains("canary"), "{error}");
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    let text = python().to_string();
    for end in 0..text.len() {
        let error = load_text(&text.as_bytes()[..end], LoadOptions::default()).map(|_| ());
        assert!(error.unwrap_err().contains("is not a saved program"), "{end}");
    }
}

/// All places in a value, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                places(
                    inner,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                places(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn whatever_stands_anywhere_there_is_an_answer() {
    let mut file = python();
    file["sort"]["demos"] = json!([{"mail": "m", "first_name": "A", "label": "a", "count": 3}]);
    file["sort"]["lm"] = json!({"model": "openai/m", "temperature": 0.5, "stop": ["x"]});
    let mut all = Vec::new();
    places(&file, "", &mut all);
    let odd = [json!(null), json!(true), json!(-1e300), json!("x"), json!([[]]), json!({"a": {}})];
    let mut refused = 0;
    for place in &all {
        for value in &odd {
            let mut changed = file.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            refused += usize::from(load(&changed).is_err());
        }
    }
    assert!(refused > all.len() * 2, "{refused} of {} places", all.len());
}

#[test]
fn names_of_entries_are_names_and_nothing_else() {
    for name in ["../../etc/passwd", "__proto__", "sort.__class__", "sort[0]", "self", "", "a\0b"] {
        let mut file = python();
        file[name] = entry(&PLAIN);
        refused(&file, &["unused"]);
    }
}

#[test]
fn deep_and_huge_files_cost_no_more_than_their_bytes() {
    let deep = format!("{{\"sort\": {}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let error = load_text(deep.as_bytes(), LoadOptions::default()).map(|_| ()).unwrap_err();
    assert!(error.contains("recursion limit"), "{error}");

    let small = LoadOptions { max_bytes: 1000, ..LoadOptions::default() };
    let error = load_text(&[b' '; 1001], small.clone()).map(|_| ()).unwrap_err();
    assert!(error.contains("more than 1000 bytes"), "{error}");
    #[cfg(unix)]
    {
        let endless = module::load(&mut Program::default(), "/dev/zero", small).unwrap_err();
        assert!(endless.to_string().contains("more than 1000 bytes"), "{endless}");
    }

    // Many faults and long texts make no long report.
    let mut file = python();
    let long = "x".repeat(100_000);
    file["sort"]["demos"] =
        (0..10_000).map(|at| json!({"mail": at, "label": long.get(..at % 50)})).collect();
    file[&long] = entry(&PLAIN);
    refused(&file, &["more", "demos[0].mail"]);
}

#[tokio::test]
async fn loading_asks_nobody() {
    let model = Scripted::texts(["never"]);
    let mut program = Program::default();
    program.set_lm(&model.lm());
    module::load_value(&mut program, &python(), "x", LoadOptions::default()).unwrap();
    assert_eq!(model.calls(), 0);
}
