//! One leaf from its entry.

use serde_json::{Map, Value, json};

use super::demos::known_demos;
use super::settings::{endpoint, known_settings, names_endpoint};
use super::signature::signature_parameters;
use super::{LoadIssue, LoadOptions, LoadReport};
use crate::lm::{Lm, split_base};
use crate::module::{Leaf, ParameterError, ParameterKind};

/// Where an entry stands.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a str,
    /// Whether this library wrote the file.
    pub(super) is_own: bool,
    pub(super) options: &'a LoadOptions,
}

/// Sets all parameters of a leaf, or reports why it cannot.
pub(super) fn load_leaf(
    entry: &Entry<'_>,
    leaf: &mut dyn Leaf,
    values: &Map<String, Value>,
    report: &mut LoadReport,
) {
    let path = entry.path;
    let before = report.issues.len();
    if leaf.schema().is_some() {
        // What the program declares is what descriptions are compared with.
        let _ = leaf.set(&ParameterKind::DESCRIPTIONS, json!({}));
    }
    let mut parameters = Vec::new();
    for (key, value) in values {
        match (key.as_str(), leaf.schema()) {
            // Python's run-time leftovers; they hold no parameters.
            ("traces" | "train", _) => {}
            ("module_src", _) if !entry.is_own => report.issues.push(LoadIssue::wrong(
                path,
                "`module_src` is a module as Python code, which is never run here",
            )),
            ("signature", Some(schema)) => {
                parameters.extend(signature_parameters(path, schema, value, report));
            }
            ("demos", Some(schema)) => {
                let demos = known_demos(entry, schema, value, report);
                parameters.extend(demos.map(|demos| (ParameterKind::DEMOS, demos)));
            }
            ("lm", _) => parameters.extend(model(entry, leaf, value, report)),
            _ => parameters.push((ParameterKind::new(key.clone()), value.clone())),
        }
    }
    for (kind, value) in parameters {
        match leaf.set(&kind, value) {
            Ok(()) => {}
            Err(ParameterError::UnknownKind { kind, .. }) => {
                report.issues.push(LoadIssue::Unused { path: format!("{path}.{kind}") });
            }
            Err(error) => report.issues.push(LoadIssue::wrong(path, error.to_string())),
        }
    }
    let failed = report.issues.iter().skip(before).any(|i| matches!(i, LoadIssue::Wrong { .. }));
    if !failed {
        report.loaded.push(path.to_owned());
    }
}

/// The model's name and settings; the endpoint on request alone.
fn model(
    entry: &Entry<'_>,
    leaf: &mut dyn Leaf,
    value: &Value,
    report: &mut LoadReport,
) -> Option<(ParameterKind, Value)> {
    let path = entry.path;
    if !(value.is_object() || value.is_null()) {
        report.issues.push(LoadIssue::wrong(path, "`lm`: expected a JSON object of settings"));
        return None;
    }
    if names_endpoint(value) && !entry.options.allow_endpoints {
        report.issues.push(LoadIssue::wrong(
            path,
            "`lm.model` names an address; a file may name a model, and where it runs is for the \
             program to say (`set_lm`)",
        ));
        return None;
    }
    let (mut settings, mut ignored) = known_settings(value);
    if entry.options.allow_endpoints
        && let Some(name) = value.get("model").and_then(Value::as_str)
    {
        let (name, address) = split_base(name);
        if let Some(address) = address.or_else(|| endpoint(value)) {
            // A handle, not a parameter: the next file that is saved does not have it.
            match Lm::new(&format!("{name}@{address}")) {
                Ok(lm) => leaf.set_lm(&lm),
                Err(error) => {
                    report.issues.push(LoadIssue::wrong(path, format!("`lm.model`: {error}")));
                }
            }
            if let Some(settings) = settings.as_object_mut() {
                settings.insert("model".to_owned(), Value::from(name));
            }
            ignored.retain(|key| !matches!(key.as_str(), "api_base" | "base_url"));
        }
    }
    report.issues.extend(ignored.into_iter().map(|key| LoadIssue::ignored(path, key)));
    Some((ParameterKind::LM, settings))
}
