//! From here to Python and back.

use std::process::Command;

use dspy::lm::Settings;
use dspy::module::{self, ParameterKind};
use dspy::prelude::*;
use serde_json::{Value, json};

use crate::programs::{Job, Label, NAMES, Program, each};
use crate::recorded::{folder, json};

/// Loads Python's file and saves it for Python; Python loads and saves that, and the end is the start.
struct ThereAndBack<'a> {
    name: &'a str,
    out: &'a std::path::Path,
}

impl Job for ThereAndBack<'_> {
    type Done = ();

    async fn with<P: Program>(self, mut program: P) {
        let fresh = program.clone();
        let name = self.name;
        let theirs = folder().join(format!("{name}.program.json"));
        program.load(&theirs).unwrap();
        let file = self.out.join(format!("{name}.rust.json"));
        for path in program.save_python(&file).unwrap() {
            assert!(path.contains("tools"), "{name}: only words of tools are not carried: {path}");
        }
        let (theirs, ours) = (entries(json(&theirs)), entries(json(&file)));
        for (path, entry) in &theirs {
            let (signature, found) = (&entry["signature"], &ours[path]["signature"]);
            assert_eq!(found, signature, "{name}: {path}");
            let known = |demos: &Value| demos.as_array().unwrap().len();
            assert!(known(&ours[path]["demos"]) <= known(&entry["demos"]), "{name}: {path}");
        }
        let mut last = file;
        if let Ok(command) = std::env::var("DSPY_INTEROP_PYTHON") {
            let mut words = command.split(' ');
            let again = self.out.join(format!("{name}.again.json"));
            let done = Command::new(words.next().unwrap())
                .args(words)
                .args([name.as_ref(), last.as_os_str(), again.as_os_str()])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{name}: {said}");
            println!("{}", String::from_utf8_lossy(&done.stdout).trim());
            last = again;
        }
        let mut back = fresh;
        back.load(&last).unwrap();
        assert!(module::diff(&program, &back).is_empty(), "{}", module::diff(&program, &back));
        assert_eq!(module::identity(&back), module::identity(&program), "{name}");
    }
}

/// The predictors of a file; one that is the whole program has no path in it.
fn entries(mut file: Value) -> serde_json::Map<String, Value> {
    file.as_object_mut().unwrap().remove("metadata");
    match file["signature"]["instructions"].is_string() {
        true => serde_json::Map::from_iter([("self".to_owned(), file)]),
        false => file.as_object().unwrap().clone(),
    }
}

#[tokio::test]
async fn a_program_that_goes_to_python_comes_back_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        each(name, ThereAndBack { name, out: folder.path() }).await;
    }
}

#[test]
fn what_pythons_format_cannot_carry_is_said() {
    let settings = Settings::default().with_temperature(0.5);
    let bare = Predict::<Label>::new().with_settings(&settings);
    let (file, lost) = module::to_python(&bare);
    assert_eq!(file["lm"], Value::Null);
    assert_eq!(lost, ["self: settings of a model that is not named"]);

    let mut named = ChainOfThought::<Label>::new();
    let choice = json!({"model": "openai/gpt-4o-mini", "temperature": 0.5, "logprobs": 3});
    module::set_parameter(&mut named, "self", &ParameterKind::LM, choice.clone()).unwrap();
    let (file, lost) = module::to_python(&named);
    assert!(lost.is_empty(), "{lost:?}");
    let lm = json!({
        "model": "openai/gpt-4o-mini", "temperature": 0.5, "logprobs": true, "top_logprobs": 3,
    });
    assert_eq!(file["predict"]["lm"], lm);
    let mut back = ChainOfThought::<Label>::new();
    module::load_value(&mut back, &file, "file", Default::default()).unwrap();
    assert_eq!(module::parameter_value(&back, "self", &ParameterKind::LM), Some(choice));
}
