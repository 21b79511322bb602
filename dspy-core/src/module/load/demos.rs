//! Demonstrations from a file, each value against its field.

use serde_json::{Map, Value};

use super::leaf::Entry;
use super::{LoadIssue, LoadReport};
use crate::signature::SignatureSchema;

/// The demonstrations without what belongs to no field; nothing where a value does not fit.
///
/// In files of our own nothing belongs to no field, so that is left for the leaf to refuse. Python
/// keeps whole rows of a data set, and shows of them what the predictor has.
pub(super) fn known_demos(
    entry: &Entry<'_>,
    schema: &SignatureSchema,
    value: &Value,
    report: &mut LoadReport,
) -> Option<Value> {
    let before = report.issues.len();
    let mut wrong = |place: String, message: &str| {
        report.issues.push(LoadIssue::wrong(entry.path, format!("`{place}`: {message}")));
    };
    let Some(demos) = value.as_array() else {
        wrong("demos".to_owned(), "expected a list");
        return None;
    };
    let mut known = Vec::with_capacity(demos.len());
    let mut ignored = Vec::new();
    for (index, demo) in demos.iter().enumerate() {
        let Some(fields) = demo.as_object() else {
            wrong(format!("demos[{index}]"), "expected a JSON object of values by field");
            continue;
        };
        let mut kept = Map::new();
        for (name, value) in fields {
            if name == "augmented" {
                match value {
                    Value::Bool(_) => drop(kept.insert(name.clone(), value.clone())),
                    _ => wrong(format!("demos[{index}].augmented"), "expected true or false"),
                }
                continue;
            }
            match schema.field(name) {
                None if !entry.is_own => {
                    ignored.push(format!("demos[{index}].{name}"));
                    continue;
                }
                Some(field) if !value.is_null() => {
                    if let Err(message) = field.check(value) {
                        wrong(format!("demos[{index}].{name}"), &message);
                    }
                }
                _ => {}
            }
            kept.insert(name.clone(), value.clone());
        }
        if kept.keys().any(|name| name != "augmented") || fields.is_empty() || entry.is_own {
            known.push(Value::Object(kept));
        } else {
            ignored.push(format!("demos[{index}]"));
        }
    }
    let failed = report.issues.len() > before;
    report.issues.extend(ignored.into_iter().map(|key| LoadIssue::ignored(entry.path, key)));
    (!failed).then_some(Value::Array(known))
}
