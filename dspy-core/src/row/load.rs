//! Typed rows from files, read by the schema of their fields.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::columns::Columns;
use super::error::DataError;
use crate::parse;
use crate::schema;
use crate::signature::{Field, Fields, SignatureRow};
use crate::wire;

/// A row that can be read from a file. Every `Signature` struct is one.
pub trait LoadRow: Sized {
    /// The columns to look for.
    fn columns() -> Vec<Field>;

    /// The row of these values.
    ///
    /// # Errors
    /// What does not fit, in words.
    fn from_fields(fields: Fields) -> Result<Self, String>;
}

impl<S: SignatureRow> LoadRow for S {
    fn columns() -> Vec<Field> {
        S::schema().fields().cloned().collect()
    }

    fn from_fields(mut fields: Fields) -> Result<Self, String> {
        let schema = S::schema();
        let mut part = |of: &[Field]| -> Value {
            of.iter()
                .filter_map(|f| Some((f.name().to_owned(), fields.shift_remove(f.name())?)))
                .collect::<Fields>()
                .into()
        };
        let (input, output) = (part(schema.inputs()), part(schema.outputs()));
        let input = wire::from_value(input).map_err(|error| error.to_string())?;
        let output = wire::from_value(output).map_err(|error| error.to_string())?;
        Ok(S::from_parts(input, output))
    }
}

/// Reads typed rows from a CSV file with a header line.
///
/// Cells are read by their field's type: `1984` is text where text is declared, an empty cell is
/// `None` where that is possible, and a label outside its closed set is an error.
///
/// ```no_run
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// let rows: Vec<Qa> = dspy::row::read_csv("questions.csv")?;
/// # Ok::<(), dspy::row::DataError>(())
/// ```
///
/// # Errors
/// [`DataError`], with file, line and column.
pub fn read_csv<R: LoadRow>(path: impl AsRef<Path>) -> Result<Vec<R>, DataError> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let file = std::fs::File::open(path)
        .map_err(|error| DataError::Io { file: name.clone(), message: error.to_string() })?;
    read_csv_from(file, &name)
}

/// Reads typed rows from any source of CSV text; `name` is what errors call it.
///
/// # Errors
/// As [`read_csv`].
pub fn read_csv_from<R: LoadRow>(source: impl Read, name: &str) -> Result<Vec<R>, DataError> {
    csv_rows(source, name, b',', &Columns::default())
}

/// The same with another separator, and with names of columns.
pub(super) fn csv_rows<R: LoadRow>(
    source: impl Read,
    name: &str,
    separator: u8,
    mapped: &Columns,
) -> Result<Vec<R>, DataError> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::None).delimiter(separator).from_reader(source);
    let header = reader.headers().map_err(|error| syntax(name, &error))?.clone();
    let empty = || DataError::Empty {
        what: format!("`{name}`"),
        fix: "give it a header line and at least one row".to_owned(),
    };
    if header.iter().all(|cell| cell.trim().is_empty()) {
        return Err(empty());
    }
    let columns = columns_of::<R>(&header, name, mapped)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| syntax(name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut fields = Fields::new();
        for (field, index) in &columns {
            let cell = index.and_then(|index| record.get(index)).unwrap_or_default();
            let value = cell_value(cell, field).map_err(|message| DataError::Cell {
                file: name.to_owned(),
                line,
                column: field.name().to_owned(),
                message,
            })?;
            fields.insert(field.name().to_owned(), value);
        }
        let row = R::from_fields(fields).map_err(|message| DataError::Syntax {
            file: name.to_owned(),
            line,
            message,
        })?;
        rows.push(row);
    }
    if rows.is_empty() { Err(empty()) } else { Ok(rows) }
}

/// Each field with the index of its column; `None` where the field may stay out.
fn columns_of<R: LoadRow>(
    header: &csv::StringRecord,
    name: &str,
    mapped: &Columns,
) -> Result<Vec<(Field, Option<usize>)>, DataError> {
    let fields = R::columns();
    mapped.check(&fields, name)?;
    // Spreadsheets put a byte order mark before the first name.
    let names: Vec<_> =
        header.iter().map(|cell| cell.trim_start_matches('\u{feff}').trim()).collect();
    fields
        .into_iter()
        .map(|field| {
            let index = names.iter().position(|name| mapped.is(name, &field));
            let may_miss = field.default_value().is_some() || field.is_nullable();
            if index.is_none() && (!may_miss || mapped.mapped(&field).is_some()) {
                return Err(DataError::MissingColumn {
                    file: name.to_owned(),
                    column: mapped.mapped(&field).unwrap_or(field.name()).to_owned(),
                    found: names.join(", "),
                });
            }
            Ok((field, index))
        })
        .collect()
}

fn cell_value(cell: &str, field: &Field) -> Result<Value, String> {
    if field.is_text() {
        return Ok(Value::from(cell));
    }
    if cell.trim().is_empty() {
        if let Some(default) = field.default_value() {
            return Ok(default.clone());
        }
        if field.is_nullable() {
            return Ok(Value::Null);
        }
    }
    // A label that is only nearly right is a fault in the data, not something to guess at.
    if let Some(choices) = schema::choices(field.schema(), field.schema()) {
        let cell = cell.trim();
        let exact = choices.into_iter().find(|choice| match &choice.value {
            Value::String(text) => text == cell,
            other => *other == cell,
        });
        if let Some(choice) = exact {
            return Ok(choice.value);
        }
        return match parse::parse(cell, field.schema()) {
            Ok(close) => {
                Err(format!("`{cell}` is no value of this column; did you mean {}?", close.value))
            }
            Err(error) => Err(error.to_string()),
        };
    }
    parse::parse(cell, field.schema()).map(|parsed| parsed.value).map_err(|error| error.to_string())
}

fn syntax(name: &str, error: &csv::Error) -> DataError {
    DataError::Syntax {
        file: name.to_owned(),
        line: error.position().map_or(0, csv::Position::line),
        message: error.to_string(),
    }
}
