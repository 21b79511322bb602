//! Parquet files, as objects.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

use super::error::DataError;
use super::objects::Object;
use crate::signature::Fields;

/// The records of a file; their numbers stand in for lines. Compressed by Snappy or Zstandard, or not
/// at all.
pub(super) fn records(path: &Path, name: &str) -> Result<Vec<Object>, DataError> {
    let unreadable = |message: String| DataError::Io { file: name.to_owned(), message };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let reader = SerializedFileReader::new(file).map_err(|error| unreadable(error.to_string()))?;
    let rows = reader.get_row_iter(None).map_err(|error| unreadable(error.to_string()))?;
    let mut records = Vec::new();
    for (place, row) in rows.enumerate() {
        let line = place as u64 + 1;
        let row = row.map_err(|error| DataError::Syntax {
            file: name.to_owned(),
            line,
            message: error.to_string(),
        })?;
        records.push(Object::at(line, fields(&row)));
    }
    Ok(records)
}

fn fields(row: &Row) -> Fields {
    row.get_column_iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

/// The value as JSON. Dates, times and decimals, which JSON does not have, become text.
fn json(value: &Field) -> Value {
    match value {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => f64::from(*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Str(value) => value.clone().into(),
        Field::Group(row) => Value::Object(fields(row)),
        Field::ListInternal(list) => list.elements().iter().map(json).collect(),
        Field::MapInternal(map) => {
            let entries = map.entries().iter();
            let named = entries.map(|(key, value)| match json(key) {
                Value::String(key) => (key, json(value)),
                key => (key.to_string(), json(value)),
            });
            Value::Object(named.collect())
        }
        other => other.to_string().into(),
    }
}
