//! Objects of a JSON or JSON Lines text, with the lines that they stand on.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::error::DataError;
use crate::signature::Fields;

/// One object: its fields, and where it and they stand. Lines count from 1.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) line: u64,
    pub(super) fields: Fields,
    lines: HashMap<String, u64>,
}

impl Object {
    /// An object of a file that has no lines.
    #[cfg(feature = "parquet")]
    pub(super) fn at(line: u64, fields: Fields) -> Self {
        Self { line, fields, lines: HashMap::new() }
    }

    /// The text of a field that must be there.
    pub(super) fn text(&self, field: &str, file: &str) -> Result<&str, DataError> {
        match self.fields.get(field) {
            Some(Value::String(text)) => Ok(text),
            Some(other) => {
                let found: String = other.to_string().chars().take(40).collect();
                Err(self.wrong(field, file, format!("expected text, found {found}")))
            }
            None => {
                let known: Vec<_> = self.fields.keys().map(|name| format!("`{name}`")).collect();
                let message = format!("there is no such field; there are {}", known.join(", "));
                Err(self.wrong(field, file, message))
            }
        }
    }

    pub(super) fn wrong(&self, field: &str, file: &str, message: String) -> DataError {
        DataError::Cell {
            file: file.to_owned(),
            line: self.line_of(field),
            column: field.to_owned(),
            message,
        }
    }

    pub(super) fn line_of(&self, field: &str) -> u64 {
        self.lines.get(field).copied().unwrap_or(self.line)
    }
}

/// The objects of a text: an array of them, one after another on lines of their own, or a single one.
pub(super) fn objects(text: &str, file: &str) -> Result<Vec<Object>, DataError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = Lines { text, offset: 0, line: 1 };
    if text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| syntax(file, error.line() as u64, &error))?;
        return items.into_iter().map(|item| object(item.get(), &mut lines, file)).collect();
    }
    // One value after another covers lines as well as a single object over many lines.
    let mut objects = Vec::new();
    for item in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let item = item.map_err(|error| syntax(file, error.line() as u64, &error))?;
        objects.push(object(item.get(), &mut lines, file)?);
    }
    Ok(objects)
}

fn syntax(file: &str, line: u64, error: &serde_json::Error) -> DataError {
    DataError::Syntax { file: file.to_owned(), line, message: error.to_string() }
}

fn object(raw: &str, lines: &mut Lines<'_>, file: &str) -> Result<Object, DataError> {
    let line = lines.of(raw);
    let fail = |message: String| DataError::Syntax { file: file.to_owned(), line, message };
    let values: HashMap<String, &RawValue> = serde_json::from_str(raw)
        .map_err(|_| fail(format!("expected an object of fields, found {}", excerpt(raw))))?;
    let mut places: Vec<_> = values.iter().map(|(name, raw)| (raw.get(), name)).collect();
    places.sort_by_key(|(raw, _)| raw.as_ptr());
    let lines = places.into_iter().map(|(raw, name)| (name.clone(), lines.of(raw))).collect();
    // Not from `values`: this keeps the order of fields.
    let fields: Fields = serde_json::from_str(raw).map_err(|error| fail(error.to_string()))?;
    Ok(Object { line, fields, lines })
}

fn excerpt(raw: &str) -> String {
    raw.chars().take(40).collect()
}

/// Counts lines up to parts of a text, which come in order.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u64 {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.get(self.offset..offset).unwrap_or_default();
        self.line += between.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.offset = self.offset.max(offset);
        self.line
    }
}

/// What stands at a name, or, where that begins with `/`, at a JSON pointer.
pub(super) fn at<'a>(fields: &'a Fields, column: &str) -> Option<&'a Value> {
    if let Some(value) = fields.get(column) {
        return Some(value);
    }
    let (name, rest) = column.strip_prefix('/')?.split_once('/')?;
    fields.get(name)?.pointer(&format!("/{rest}"))
}
