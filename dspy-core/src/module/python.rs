//! Programs as files of Python DSPy: how it spells paths and names, and what its format carries.

use std::path::Path as FilePath;

use serde_json::{Map, Value, json};

use super::save::{description, replace_file};
use super::{Leaf, ParameterKind, Parameters, Path};
use crate::error::FileError;

/// What a file of Python DSPy has no place for, as `path` or `path: what`.
pub type NotCarried = Vec<String>;

/// Saves the program for Python DSPy's `program.load("x.json")`, which takes it without a warning
/// where the Python program has the same predictors with the same fields; gives what the format
/// cannot carry.
///
/// Instructions, descriptions, demonstrations, fitted rules of decisions, and the name and settings of
/// a model are carried. Not carried are leaves that are no predictors (such as the words of tools, of which Python makes its own
/// instruction), parameters of other kinds, and settings where no model is named.
///
/// ```
/// use dspy::module;
/// use dspy::prelude::*;
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// let program = ChainOfThought::<Qa>::new();
/// let (file, lost) = module::to_python(&program);
/// assert_eq!(file["predict"]["signature"]["fields"][0]["prefix"], "Question:");
/// assert!(lost.is_empty());
/// ```
///
/// # Errors
/// [`FileError::Io`] where the file cannot be written.
pub fn save_python<P: Parameters + ?Sized>(
    program: &P,
    path: impl AsRef<FilePath>,
) -> Result<NotCarried, FileError> {
    let path = path.as_ref();
    let (file, lost) = to_python(program);
    let mut text =
        serde_json::to_string_pretty(&file).map_err(|error| FileError::Value(error.to_string()))?;
    text.push('\n');
    replace_file(path, text.as_bytes()).map_err(|error| FileError::Io {
        action: "could not write",
        path: path.display().to_string(),
        message: error.to_string(),
    })?;
    Ok(lost)
}

/// The program as the JSON that [`save_python`] writes, and what that does not carry.
pub fn to_python<P: Parameters + ?Sized>(program: &P) -> (Value, NotCarried) {
    let mut file = Map::new();
    let mut lost = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        if leaf.schema().is_none() {
            lost.push(path.to_string());
            return;
        }
        let spelled = unescaped(path.as_str());
        let key = match leaf.rationale() {
            Some(_) => deeper(&spelled),
            None => spelled,
        };
        file.insert(key, entry(path.as_str(), leaf, &mut lost));
    });
    if file.len() == 1
        && let Some(Value::Object(only)) = file.shift_remove("self")
    {
        file = only;
    }
    // No version is named, so that Python has none to compare with its own.
    file.insert("metadata".to_owned(), json!({"dependency_versions": {}}));
    (Value::Object(file), lost)
}

/// A predictor's entry.
fn entry(path: &str, leaf: &dyn Leaf, lost: &mut NotCarried) -> Value {
    let Some(schema) = leaf.schema() else { return Value::Null };
    let fields: Vec<_> = schema
        .fields()
        .map(|field| json!({"prefix": prefix(field.name()), "description": description(field)}))
        .collect();
    let (mut demos, mut lm, mut rules) = (json!([]), Value::Null, Map::new());
    for (kind, value) in leaf.parameters() {
        if kind == ParameterKind::DEMOS {
            demos = value;
        } else if kind == ParameterKind::LM {
            lm = model(path, value, lost);
        } else if kind == ParameterKind::FIELDS
            && let Value::Object(all) = value
        {
            rules.extend(all.into_iter().filter(|(_, rule)| !is_even(rule)));
        } else if kind != ParameterKind::INSTRUCTIONS && kind != ParameterKind::DESCRIPTIONS {
            lost.push(format!("{path}: {kind}"));
        }
    }
    let mut entry = json!({
        "traces": [],
        "train": [],
        "demos": demos,
        "signature": {"instructions": schema.instructions(), "fields": fields},
        "lm": lm,
    });
    if !rules.is_empty()
        && let Some(entry) = entry.as_object_mut()
    {
        entry.insert("fields".to_owned(), Value::Object(rules));
    }
    entry
}

/// Whether the rule of a decision is as it is before anything was fitted. Python writes no such rule,
/// and takes one only for the outputs that it knows as decisions.
fn is_even(rule: &Value) -> bool {
    let is = |value: &Value, even: f64| value.as_f64() == Some(even);
    rule.as_object().is_some_and(|rule| {
        rule.iter().all(|(key, value)| match (key.as_str(), value) {
            ("threshold", value) => is(value, 0.5),
            ("weights", Value::Object(weights)) => weights.values().all(|weight| is(weight, 1.0)),
            ("cuts", Value::Array(cuts)) => {
                (0_u32..).zip(cuts).all(|(at, cut)| is(cut, f64::from(at) + 0.5))
            }
            _ => false,
        })
    })
}

/// A model as Python's `LM` takes it.
fn model(path: &str, value: Value, lost: &mut NotCarried) -> Value {
    let Value::Object(mut settings) = value else { return Value::Null };
    if settings.shift_remove("extra").is_some() {
        lost.push(format!("{path}: extra fields of requests"));
    }
    if !settings.contains_key("model") {
        if !settings.is_empty() {
            lost.push(format!("{path}: settings of a model that is not named"));
        }
        return Value::Null;
    }
    // Python counts alternatives apart.
    if let Some(most) = settings.get("logprobs").cloned() {
        settings.insert("logprobs".to_owned(), json!(true));
        if most != 0 {
            settings.insert("top_logprobs".to_owned(), most);
        }
    }
    Value::Object(settings)
}

/// Whether a file is that of a program which is one predictor: Python then writes no path.
pub(super) fn is_bare(file: &Map<String, Value>) -> bool {
    file.get("signature").is_some_and(|signature| signature.get("instructions").is_some())
}

/// The same file with the path.
pub(super) fn of_bare(file: &Map<String, Value>) -> Map<String, Value> {
    let mut entry = file.clone();
    let metadata = entry.shift_remove("metadata").unwrap_or_default();
    Map::from_iter([("self".to_owned(), Value::Object(entry)), ("metadata".to_owned(), metadata)])
}

/// The names under which a file may have a leaf, the likeliest first: ours, Python's, and each with
/// the predictor of a chain of thought one level deeper.
pub(super) fn spellings(path: &str) -> Vec<String> {
    let python = unescaped(path);
    let mut all = vec![path.to_owned(), deeper(path)];
    if python != path {
        all.extend([deeper(&python), python]);
    }
    all
}

/// Where Python has the predictor of a chain of thought.
fn deeper(path: &str) -> String {
    match path {
        "self" => "predict".to_owned(),
        _ if path == "predict" || path.ends_with(".predict") => path.to_owned(),
        _ => format!("{path}.predict"),
    }
}

/// A path with the keys of its maps as they are, which is how Python writes them.
fn unescaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    text
}

/// Python's title of a field: `first_name` is `First Name:`.
pub(super) fn prefix(name: &str) -> String {
    let words = spaced(&before_capitals(name));
    let titled = words.split('_').map(|word| {
        let has = |test: fn(char) -> bool| word.chars().any(test);
        if has(char::is_uppercase) && !has(char::is_lowercase) {
            return word.to_owned();
        }
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + &chars.as_str().to_lowercase()
    });
    titled.collect::<Vec<_>>().join(" ") + ":"
}

/// A name with `_` before each capitalized word in it.
fn before_capitals(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let is = |at: usize, test: fn(&char) -> bool| chars.get(at).is_some_and(test);
    let mut text = String::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        text.push(*c);
        at += 1;
        if is(at, char::is_ascii_uppercase) && is(at + 1, char::is_ascii_lowercase) {
            text.push('_');
            text.extend(chars.get(at));
            at += 1;
            while let Some(c) = chars.get(at).filter(|c| c.is_ascii_lowercase()) {
                text.push(*c);
                at += 1;
            }
        }
    }
    text
}

/// A name with `_` between a small letter or digit and a capital, and between letters and digits.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    let mut before: Option<char> = None;
    for c in name.chars() {
        let parts = before.is_some_and(|before| {
            (matches!(before, 'a'..='z' | '0'..='9') && c.is_ascii_uppercase())
                || (before.is_ascii_alphabetic() && c.is_ascii_digit())
                || (before.is_ascii_digit() && c.is_ascii_alphabetic())
        });
        if parts {
            text.push('_');
        }
        text.push(c);
        before = Some(c);
    }
    text
}
