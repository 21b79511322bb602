//! Typed rows from files of several formats.

use std::path::Path;

use serde_json::Value;

use super::columns::Columns;
use super::error::DataError;
use super::load::{LoadRow, csv_rows};
use super::objects::{Object, at, objects};
use crate::signature::{Field, Fields};

/// Reads typed rows from a file: CSV (`.csv`), tab-separated values (`.tsv`), JSON (`.json`: an array
/// of objects), JSON Lines (`.jsonl`, `.ndjson`) and, with the feature `parquet`, Parquet (`.parquet`).
///
/// Columns are found by the names of fields; other names can be mapped. CSV cells are read by their
/// field's type. In the other formats values have types of their own, and must fit as they are. What
/// does not fit is an error that names file, line and field; in Parquet, which has no lines, the row,
/// counted from 1.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::row::RowReader;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// let text = r#"{"q": "2+2?", "gold": {"text": "4"}}"#;
/// let rows: Vec<Qa> = RowReader::new()
///     .column("question", "q")
///     .column("answer", "/gold/text")
///     .read_json_text(text, "inline")?;
/// assert_eq!(rows[0].answer, "4");
///
/// let wrong = RowReader::new().read_json_text::<Qa>(r#"[{"question": 4}]"#, "qa.json");
/// assert!(wrong.err().unwrap().to_string().starts_with("`qa.json`, line 1, column `question`:"));
/// # Ok::<(), dspy::row::DataError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RowReader {
    columns: Columns,
}

impl RowReader {
    /// Columns are called as fields are.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a field from this column. In JSON a name that begins with `/` is a JSON pointer.
    #[must_use]
    pub fn column(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        self.columns.map(field.into(), column.into());
        self
    }

    /// Reads a file in the format that its ending names.
    ///
    /// # Errors
    /// [`DataError`], with file, line and field.
    pub fn read<R: LoadRow>(&self, path: impl AsRef<Path>) -> Result<Vec<R>, DataError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let open = || {
            std::fs::read(path)
                .map_err(|error| DataError::Io { file: name.clone(), message: error.to_string() })
        };
        match ending.as_deref() {
            Some("csv") => csv_rows(open()?.as_slice(), &name, b',', &self.columns),
            Some("tsv") => csv_rows(open()?.as_slice(), &name, b'\t', &self.columns),
            Some("json" | "jsonl" | "ndjson") => {
                let text = String::from_utf8(open()?).map_err(|error| DataError::Io {
                    file: name.clone(),
                    message: error.to_string(),
                })?;
                self.read_json_text(&text, &name)
            }
            #[cfg(feature = "parquet")]
            Some("parquet") => self.rows(super::parquet::records(path, &name)?, &name),
            _ => Err(DataError::Io {
                file: name,
                message: format!(
                    "its ending names no format; known are csv, tsv, json, jsonl, ndjson{}",
                    if cfg!(feature = "parquet") {
                        ", parquet"
                    } else {
                        " (and parquet, with the feature `parquet`)"
                    }
                ),
            }),
        }
    }

    /// Reads JSON or JSON Lines from a text; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_json_text<R: LoadRow>(&self, text: &str, name: &str) -> Result<Vec<R>, DataError> {
        self.rows(objects(text, name)?, name)
    }

    fn rows<R: LoadRow>(&self, objects: Vec<Object>, name: &str) -> Result<Vec<R>, DataError> {
        let fields = R::columns();
        self.columns.check(&fields, name)?;
        if objects.is_empty() {
            return Err(DataError::Empty {
                what: format!("`{name}`"),
                fix: "give it at least one row".to_owned(),
            });
        }
        objects.into_iter().map(|object| self.row(object, &fields, name)).collect()
    }

    fn row<R: LoadRow>(
        &self,
        object: Object,
        fields: &[Field],
        name: &str,
    ) -> Result<R, DataError> {
        let mut values = Fields::new();
        for field in fields {
            let (column, value) = self.find(&object.fields, field);
            let value = checked(value, field).map_err(|message| DataError::Cell {
                file: name.to_owned(),
                line: object.line_of(column.split('/').nth(1).unwrap_or(&column)),
                column,
                message,
            })?;
            values.insert(field.name().to_owned(), value);
        }
        R::from_fields(values).map_err(|message| DataError::Syntax {
            file: name.to_owned(),
            line: object.line,
            message,
        })
    }

    /// The name under which a field is looked for, and what stands there.
    fn find<'a>(&self, given: &'a Fields, field: &Field) -> (String, Option<&'a Value>) {
        if let Some(column) = self.columns.mapped(field) {
            return (column.to_owned(), at(given, column));
        }
        match given.iter().find(|(name, _)| field.answers_to(name)) {
            Some((name, value)) => (name.clone(), Some(value)),
            None => (field.name().to_owned(), None),
        }
    }
}

fn checked(value: Option<&Value>, field: &Field) -> Result<Value, String> {
    match value {
        Some(Value::Null) | None if field.default_value().is_some() => {
            Ok(field.default_value().cloned().unwrap_or_default())
        }
        Some(Value::Null) | None if field.is_nullable() => Ok(Value::Null),
        None => Err("there is no such field".to_owned()),
        // The tolerant reader takes some words of a model for null; in data they are text.
        Some(Value::String(text)) if is_optional_text(field) => Ok(text.as_str().into()),
        Some(value) => field.check(value).map(|()| value.clone()),
    }
}

/// Whether any text is a value of the field, beside null.
fn is_optional_text(field: &Field) -> bool {
    let schema = field.schema();
    let limits = ["const", "enum", "format", "maxLength", "minLength", "pattern"];
    let types = schema.get("type").and_then(Value::as_array);
    types.is_some_and(|types| types.iter().any(|name| name == "string"))
        && limits.iter().all(|limit| schema.get(limit).is_none())
}

/// Reads typed rows from a JSON file: an array of objects.
///
/// # Errors
/// [`DataError`], with file, line and field.
pub fn read_json<R: LoadRow>(path: impl AsRef<Path>) -> Result<Vec<R>, DataError> {
    read_as(path.as_ref())
}

/// Reads typed rows from a JSON Lines file: an object on each line.
///
/// # Errors
/// As [`read_json`].
pub fn read_jsonl<R: LoadRow>(path: impl AsRef<Path>) -> Result<Vec<R>, DataError> {
    read_as(path.as_ref())
}

fn read_as<R: LoadRow>(path: &Path) -> Result<Vec<R>, DataError> {
    let (name, text) = text_of(path)?;
    RowReader::new().read_json_text(&text, &name)
}

/// A file's name for errors, and its text.
pub(super) fn text_of(path: &Path) -> Result<(String, String), DataError> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(DataError::Io { file: name, message: error.to_string() }),
    }
}
