//! Whatever a file says: a program or an error, no panic, and nothing half loaded.

#![no_main]

use dspy::module::{self, LoadOptions};
use dspy::{ChainOfThought, signature};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(file) = serde_json::from_slice(data) else { return };
    let mut program = ChainOfThought::of(signature!(
        "mail, tags: list[str] -> label: Literal['a', 'b'], count: int"
    ));
    let before = module::identity(&program);
    let options = LoadOptions { allow_missing: true, allow_unused: true, ..Default::default() };
    match module::load_value(&mut program, &file, "fuzz", options) {
        Ok(report) => {
            let _ = report.to_string();
            // What was taken goes to Python and comes back.
            let (saved, _) = module::to_python(&program);
            let mut back = ChainOfThought::of(signature!(
                "mail, tags: list[str] -> label: Literal['a', 'b'], count: int"
            ));
            module::load_value(&mut back, &saved, "fuzz", LoadOptions::default())
                .expect("what was saved");
            let (again, _) = module::to_python(&back);
            assert_eq!(again, saved);
        }
        Err(error) => {
            assert!(error.to_string().len() < 100_000);
            assert_eq!(module::identity(&program), before);
        }
    }
});
