//! Programs from files: strict, all or nothing, with a report.

use std::fmt;
use std::path::Path as FilePath;

use serde_json::{Map, Value, json};

use super::parameter::ParameterKind;
use super::save::{FORMAT_VERSION, description};
use super::{Leaf, Parameters, Path};
use crate::error::FileError;
use crate::lm::split_base;

/// What a load should put up with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Leaves of the program that the file lacks stay as they are.
    pub allow_missing: bool,
    /// Leaves of the file that the program lacks are left out.
    pub allow_unused: bool,
}

/// What a load did, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The leaves that were loaded.
    pub loaded: Vec<String>,
    /// What did not match.
    pub issues: Vec<LoadIssue>,
}

/// Something in a file and a program that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadIssue {
    /// The program has this leaf, the file does not.
    Missing {
        /// The leaf.
        path: String,
    },
    /// The file has this entry, the program does not.
    Unused {
        /// The entry.
        path: String,
    },
    /// A parameter in the file does not fit.
    Wrong {
        /// The leaf.
        path: String,
        /// What was expected and what was found.
        message: String,
    },
    /// A setting of the model in the file that is left out: an endpoint or a key, which files must
    /// not set, or one that this version does not know.
    Ignored {
        /// The leaf.
        path: String,
        /// The setting.
        key: String,
    },
}

impl fmt::Display for LoadIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "missing: the file has no entry for `{path}`"),
            Self::Unused { path } => write!(f, "unused: the program has no leaf `{path}`"),
            Self::Wrong { path, message } => write!(f, "wrong: `{path}`: {message}"),
            Self::Ignored { path, key } if REFUSED.contains(&key.as_str()) => write!(
                f,
                "ignored: `{path}` sets `{key}`; a file may not set endpoints or keys, set it in code"
            ),
            Self::Ignored { path, key } => {
                write!(f, "ignored: `{path}` sets `{key}`, which has no meaning here")
            }
        }
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for issue in &self.issues {
            writeln!(f, "  {issue}")?;
        }
        write!(f, "  loaded: {}", self.loaded.len())
    }
}

/// Loads parameters from a file into a program of the same shape.
///
/// Either everything fits and is loaded, or the program stays as it was. Endpoints and keys in the
/// file are ignored and reported.
///
/// A model that code gives to a predictor wins over one that the file names.
///
/// # Errors
/// [`FileError`]: the file cannot be read, is no JSON, is of a newer version, or does not match.
pub fn load<P: Parameters + Clone>(
    program: &mut P,
    path: impl AsRef<FilePath>,
    options: LoadOptions,
) -> Result<LoadReport, FileError> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| FileError::Io {
        action: "could not read",
        path: name.clone(),
        message: error.to_string(),
    })?;
    let file = serde_json::from_str(&text)
        .map_err(|error| FileError::Syntax { path: name.clone(), message: error.to_string() })?;
    load_value(program, &file, &name, options)
}

/// Loads parameters from the JSON of a file; `name` is what errors call it.
///
/// # Errors
/// As [`load`].
pub fn load_value<P: Parameters + Clone>(
    program: &mut P,
    file: &Value,
    name: &str,
    options: LoadOptions,
) -> Result<LoadReport, FileError> {
    let Some(entries) = file.as_object() else {
        return Err(FileError::Syntax {
            path: name.to_owned(),
            message: "expected a JSON object of leaves by path".to_owned(),
        });
    };
    let found = file.pointer("/metadata/dspy_rust/format").and_then(Value::as_u64);
    if let Some(found) = found.filter(|found| *found > FORMAT_VERSION) {
        return Err(FileError::Newer { path: name.to_owned(), found, known: FORMAT_VERSION });
    }
    let mut loaded = program.clone();
    let mut report = LoadReport::default();
    let mut used: Vec<String> = vec!["metadata".to_owned()];
    loaded.walk_mut(&mut Path::root(), &mut |path: &Path, leaf: &mut dyn Leaf| {
        let Some(key) = entry_key(entries, path.as_str()) else {
            report.issues.push(LoadIssue::Missing { path: path.to_string() });
            return;
        };
        match entries.get(&key).and_then(Value::as_object) {
            Some(entry) => load_leaf(path.as_str(), leaf, entry, &mut report),
            None => report.issues.push(LoadIssue::Wrong {
                path: path.to_string(),
                message: "expected a JSON object of parameters".to_owned(),
            }),
        }
        used.push(key);
    });
    let unused = entries.keys().filter(|key| !used.contains(key));
    report.issues.extend(unused.map(|key| LoadIssue::Unused { path: key.clone() }));
    let fatal = report.issues.iter().any(|issue| match issue {
        LoadIssue::Missing { .. } => !options.allow_missing,
        LoadIssue::Unused { .. } => !options.allow_unused,
        LoadIssue::Wrong { .. } => true,
        LoadIssue::Ignored { .. } => false,
    });
    if fatal {
        report.loaded.clear();
        return Err(FileError::Mismatch { path: name.to_owned(), report });
    }
    *program = loaded;
    Ok(report)
}

/// The file's entry for a leaf; DSPy puts a chain of thought's predictor one level deeper.
fn entry_key(entries: &Map<String, Value>, path: &str) -> Option<String> {
    let deeper = if path == "self" { "predict".to_owned() } else { format!("{path}.predict") };
    [path.to_owned(), deeper].into_iter().find(|key| entries.contains_key(key))
}

fn load_leaf(path: &str, leaf: &mut dyn Leaf, entry: &Map<String, Value>, report: &mut LoadReport) {
    let before = report.issues.len();
    let mut parameters = Vec::new();
    let wrong = |message: String| LoadIssue::Wrong { path: path.to_owned(), message };
    for (key, value) in entry {
        match key.as_str() {
            // Python's run-time leftovers; they hold no parameters.
            "traces" | "train" => {}
            "signature" if leaf.schema().is_some() => match signature_parameters(leaf, value) {
                Ok(found) => parameters.extend(found),
                Err(message) => report.issues.push(wrong(message)),
            },
            "lm" if names_endpoint(value) => report.issues.push(wrong(
                "`lm.model` names an address; a file may name a model, and where it runs is for \
                 the program to say (`set_lm`)"
                    .to_owned(),
            )),
            "lm" => {
                let (value, ignored) = known_settings(value);
                parameters.push((ParameterKind::LM, value));
                report.issues.extend(
                    ignored
                        .into_iter()
                        .map(|key| LoadIssue::Ignored { path: path.to_owned(), key }),
                );
            }
            _ => parameters.push((ParameterKind::new(key.clone()), value.clone())),
        }
    }
    for (kind, value) in parameters {
        if let Err(error) = leaf.set(&kind, value) {
            report.issues.push(wrong(error.to_string()));
        }
    }
    let failed = report.issues.iter().skip(before).any(|i| matches!(i, LoadIssue::Wrong { .. }));
    if !failed {
        report.loaded.push(path.to_owned());
    }
}

/// A file that could set the address would decide who reads the prompts.
fn names_endpoint(lm: &Value) -> bool {
    lm.get("model").and_then(Value::as_str).is_some_and(|model| split_base(model).1.is_some())
}

/// Instructions and descriptions. The file names no fields, so they are matched by position.
fn signature_parameters(
    leaf: &dyn Leaf,
    value: &Value,
) -> Result<Vec<(ParameterKind, Value)>, String> {
    let mut parameters = Vec::new();
    match value.get("instructions") {
        Some(instructions @ Value::String(_)) => {
            parameters.push((ParameterKind::INSTRUCTIONS, instructions.clone()));
        }
        Some(other) => {
            return Err(format!("`signature.instructions`: expected text, found {other}"));
        }
        None => return Err("`signature` has no `instructions`".to_owned()),
    }
    let (Some(fields), Some(schema)) =
        (value.get("fields").and_then(Value::as_array), leaf.schema())
    else {
        return Ok(parameters);
    };
    let declared: Vec<_> = schema.fields().collect();
    if fields.len() != declared.len() {
        return Err(format!(
            "`signature.fields` has {} fields, the program's signature `{}` has {}",
            fields.len(),
            schema.name(),
            declared.len()
        ));
    }
    let mut descriptions = Map::new();
    for (field, declared) in fields.iter().zip(declared) {
        let text = field.get("description").and_then(Value::as_str).unwrap_or_default();
        if !text.is_empty() && text != description(declared) {
            descriptions.insert(declared.name().to_owned(), json!(text));
        }
    }
    parameters.push((ParameterKind::DESCRIPTIONS, Value::Object(descriptions)));
    Ok(parameters)
}

/// What decides where requests go and with which key.
const REFUSED: [&str; 7] =
    ["api_base", "base_url", "api_key", "headers", "extra_headers", "endpoint", "extra"];

/// The model's settings that are known, and the names of the others. An unset one says nothing.
fn known_settings(value: &Value) -> (Value, Vec<String>) {
    const KNOWN: [&str; 13] = [
        "model",
        "temperature",
        "top_p",
        "top_k",
        "max_tokens",
        "n",
        "seed",
        "stop",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "reasoning_effort",
        "parallel_tool_calls",
    ];
    let Some(object) = value.as_object() else { return (value.clone(), Vec::new()) };
    let (known, others): (Vec<_>, Vec<_>) = object
        .clone()
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .partition(|(key, _)| KNOWN.contains(&key.as_str()));
    let others = others.into_iter().map(|(key, _)| key).collect();
    (Value::Object(known.into_iter().collect()), others)
}
