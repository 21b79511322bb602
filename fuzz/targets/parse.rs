//! Whatever the text: no panic, bounded work, and what is accepted is valid and fits as it is.

#![no_main]

#[path = "../../tests/parse/checker.rs"]
mod checker;
mod schemas;

use dspy::parse::{Level, fit, parse, steps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((schema, text)) = schemas::split(data) else { return };
    assert!(steps(&text, &schema) <= 20_000 + 20 * text.len());
    let Ok(parsed) = parse(&text, &schema) else { return };
    assert_eq!(checker::fault(&parsed.value, &schema, &schema), None);
    let again = fit(parsed.value.clone(), &schema).expect("a value that fits");
    assert_eq!(again.value, parsed.value);
    assert_eq!(again.level, Level::Exact);
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text)
        && parsed.level == Level::Exact
        && !parsed.value.is_string()
    {
        assert!(parsed.value == value || schema.to_string().contains("default"));
    }
});
