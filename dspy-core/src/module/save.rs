//! Programs as files.
//!
//! The layout is that of Python DSPy's `save("x.json")`: leaves by path, each with `demos`,
//! `signature.instructions`, `signature.fields` and `lm`. What has no place there stands under
//! `metadata.dspy_rust`. Handles of models, endpoints, keys and extra fields of request bodies,
//! which may hold either, are never written.

use std::io::Write as _;
use std::path::Path as FilePath;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::identity::identity;
use super::parameter::ParameterKind;
use super::python::prefix;
use super::{Leaf, Parameters, Path};
use crate::error::FileError;
use crate::signature::{Field, SignatureSchema};

/// The version of the file format that this crate writes, and the newest it reads.
pub const FORMAT_VERSION: u64 = 1;

/// Where a program's parameters come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Provenance {
    /// The optimizer that found them.
    pub optimizer: String,
    /// Its seed.
    pub seed: u64,
    /// The hash of the training rows.
    pub data: String,
    /// The score on the rows that decided, before and after: fractions of 1.
    pub scores: Option<(f64, f64)>,
    /// The same on rows that did not decide, where there were any.
    pub holdout: Option<(f64, f64)>,
    /// The model they were found with.
    pub model: String,
    /// When the file was written: seconds since 1970, UTC.
    pub saved_at: u64,
}

/// Saves the program's parameters. The file is replaced as a whole or not at all.
///
/// # Errors
/// [`FileError::Io`] where the file cannot be written.
pub fn save<P: Parameters + ?Sized>(
    program: &P,
    path: impl AsRef<FilePath>,
    provenance: Option<&Provenance>,
) -> Result<(), FileError> {
    let path = path.as_ref();
    let mut text = serde_json::to_string_pretty(&to_value(program, provenance))
        .map_err(|error| FileError::Value(error.to_string()))?;
    text.push('\n');
    replace_file(path, text.as_bytes()).map_err(|error| FileError::Io {
        action: "could not write",
        path: path.display().to_string(),
        message: error.to_string(),
    })
}

/// Writes beside the target and renames over it, so that a reader never sees half a file.
pub(super) fn replace_file(path: &FilePath, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => FilePath::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The program's parameters as the JSON that [`save`] writes.
pub fn to_value<P: Parameters + ?Sized>(program: &P, provenance: Option<&Provenance>) -> Value {
    let mut file = Map::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        file.insert(path.to_string(), leaf_value(leaf));
    });
    let mut own = Map::new();
    own.insert("format".to_owned(), FORMAT_VERSION.into());
    own.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
    own.insert("identity".to_owned(), identity(program).into());
    if let Some(provenance) = provenance {
        let provenance = serde_json::to_value(provenance).unwrap_or(Value::Null);
        own.insert("provenance".to_owned(), provenance);
    }
    file.insert("metadata".to_owned(), json!({"dependency_versions": {}, "dspy_rust": own}));
    Value::Object(file)
}

fn leaf_value(leaf: &dyn Leaf) -> Value {
    let mut entry = Map::new();
    if let Some(schema) = leaf.schema() {
        entry.insert("traces".to_owned(), json!([]));
        entry.insert("train".to_owned(), json!([]));
        entry.insert("demos".to_owned(), json!([]));
        entry.insert("signature".to_owned(), signature_value(schema));
        entry.insert("lm".to_owned(), Value::Null);
    }
    for (kind, value) in leaf.parameters() {
        let in_signature =
            kind == ParameterKind::INSTRUCTIONS || kind == ParameterKind::DESCRIPTIONS;
        if leaf.schema().is_some() && in_signature {
            continue;
        }
        let value = if kind == ParameterKind::LM { lm_value(value) } else { value };
        entry.insert(kind.to_string(), value);
    }
    Value::Object(entry)
}

/// The LM choice without what only code may set; null where nothing is left.
fn lm_value(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.shift_remove("extra");
        if object.is_empty() {
            return Value::Null;
        }
    }
    value
}

fn signature_value(schema: &SignatureSchema) -> Value {
    let fields: Vec<_> = schema
        .fields()
        .map(|field| json!({"prefix": prefix(field.name()), "description": description(field)}))
        .collect();
    json!({"instructions": schema.instructions(), "fields": fields})
}

/// A field's description, or DSPy's placeholder for none.
pub(super) fn description(field: &Field) -> String {
    if field.desc().is_empty() { format!("${{{}}}", field.name()) } else { field.desc().to_owned() }
}
