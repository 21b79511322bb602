//! Programs from files: strict, all or nothing, with a report.

mod demos;
mod leaf;
mod options;
mod report;
mod settings;
mod signature;

pub use options::LoadOptions;
pub use report::{LoadIssue, LoadReport};

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path as FilePath;

use serde_json::Value;

use super::python;
use super::save::FORMAT_VERSION;
use super::{Leaf, Parameters, Path};
use crate::error::FileError;
use leaf::{Entry, load_leaf};

/// Loads parameters from a file into a program of the same shape: one that [`save`](super::save())
/// wrote, or Python DSPy's `program.save("x.json")`.
///
/// Either everything fits and is loaded, or the program stays as it was. No request is sent, and
/// nothing of the file is run. Endpoints and keys in it are ignored and reported.
///
/// A model that code gives to a predictor wins over one that the file names.
///
/// # Files of Python DSPy
/// They hold instructions, descriptions of fields, demonstrations and models by predictor, but no
/// names of fields: descriptions are matched by position, and by the names that `prefix` and
/// `description` betray it is checked that the fields are the same. What a demonstration has beside the
/// fields of its predictor, as Python leaves it there, is left out and reported. Leaves of a kind that
/// Python has not, such as the words of tools, stay as they are.
///
/// # Errors
/// [`FileError`]: the file cannot be read, is too large, is no JSON, is of a newer version, or does not
/// match.
pub fn load<P: Parameters + Clone>(
    program: &mut P,
    path: impl AsRef<FilePath>,
    options: LoadOptions,
) -> Result<LoadReport, FileError> {
    let (file, name) = read(path.as_ref(), &options)?;
    load_value(program, &file, &name, options)
}

/// The JSON of a file, and what errors call the file.
pub(super) fn read(path: &FilePath, options: &LoadOptions) -> Result<(Value, String), FileError> {
    let name = path.display().to_string();
    let io = |error: std::io::Error| FileError::Io {
        action: "could not read",
        path: name.clone(),
        message: error.to_string(),
    };
    let most = options.max_bytes;
    let mut text = String::new();
    // Some bytes more than are allowed tell a file that is too large, even one without a length.
    let mut start = File::open(path).map_err(io)?.take(most.saturating_add(1));
    start.read_to_string(&mut text).map_err(io)?;
    if text.len() as u64 > most {
        let message = format!("it has more than {most} bytes (`LoadOptions::max_bytes`)");
        return Err(FileError::Io { action: "could not read", path: name, message });
    }
    let file = serde_json::from_str(&text)
        .map_err(|error| FileError::Syntax { path: name.clone(), message: error.to_string() })?;
    Ok((file, name))
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
    let own = file.pointer("/metadata/dspy_rust");
    let whole;
    let entries = match python::is_bare(entries) {
        true => {
            whole = python::of_bare(entries);
            &whole
        }
        false => entries,
    };
    let found = own.and_then(|own| own.get("format")).and_then(Value::as_u64);
    if let Some(found) = found.filter(|found| *found > FORMAT_VERSION) {
        return Err(FileError::Newer { path: name.to_owned(), found, known: FORMAT_VERSION });
    }
    let mut loaded = program.clone();
    let mut report = LoadReport::default();
    let mut used = BTreeSet::from(["metadata".to_owned()]);
    let mut renamed = BTreeSet::new();
    loaded.walk_mut(&mut Path::root(), &mut |path: &Path, leaf: &mut dyn Leaf| {
        let (wanted, rule) = options.file_path(path.as_str());
        renamed.extend(rule);
        let names = python::spellings(&wanted);
        let Some(key) = names.into_iter().find(|name| entries.contains_key(name)) else {
            report.issues.push(match leaf.schema() {
                // Python saves predictors and nothing else.
                None if own.is_none() => LoadIssue::Unsaved { path: path.to_string() },
                _ => LoadIssue::Missing { path: path.to_string() },
            });
            return;
        };
        let entry = Entry { path: path.as_str(), is_own: own.is_some(), options: &options };
        match entries.get(&key).and_then(Value::as_object) {
            Some(values) => load_leaf(&entry, leaf, values, &mut report),
            None => report
                .issues
                .push(LoadIssue::wrong(path.as_str(), "expected a JSON object of parameters")),
        }
        used.insert(key);
    });
    let unused = entries.keys().filter(|key| !used.contains(*key));
    report.issues.extend(unused.map(|key| LoadIssue::Unused { path: key.clone() }));
    let idle = options.renamed.keys().filter(|rule| !renamed.contains(*rule));
    report.issues.extend(idle.map(|rule| {
        LoadIssue::wrong(rule, "the mapping of paths names nothing that the program has")
    }));
    if report.issues.iter().any(|issue| issue.is_fatal(&options)) {
        report.loaded.clear();
        return Err(FileError::Mismatch { path: name.to_owned(), report });
    }
    *program = loaded;
    Ok(report)
}
