//! Results as CSV, for spreadsheets: the rows alone.

use std::path::Path;

use serde_json::Value;

use super::super::item::Item;
use super::super::result::Evaluation;
use super::seconds;
use crate::error::{Error, FileError, Result};
use crate::row::DataError;
use crate::signature::{Data, Fields};
use crate::wire;

const COLUMNS: [&str; 10] = [
    "index",
    "id",
    "slice",
    "score",
    "scores",
    "feedback",
    "error",
    "usage",
    "metric_spent",
    "elapsed_s",
];

impl<O: Data> Evaluation<O> {
    /// Writes the rows as CSV: a column for each part of an [`Item`] but its trace, and `input.…`,
    /// `label.…` and `output.…` for each field. Text stands as it is, but where it reads like JSON;
    /// everything else is JSON. Without head and summary: to keep those, [`save`](Self::save).
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        self.require_items()?;
        let path = path.as_ref();
        let rows = self.items().iter().map(cells).collect::<Result<Vec<_>>>()?;
        let mut names: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
        for prefix in ["input", "label", "output"] {
            for (name, _) in rows.iter().flatten() {
                let is_of = name == prefix || name.split_once('.').is_some_and(|n| n.0 == prefix);
                if is_of && !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let refused = |message: String| FileError::Io {
            action: "could not write",
            path: path.display().to_string(),
            message,
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut write = |record: Vec<&str>| writer.write_record(record);
        write(names.iter().map(String::as_str).collect())
            .map_err(|error| refused(error.to_string()))?;
        for row in &rows {
            let cell = |name: &String| row.iter().find(|(known, _)| known == name);
            write(names.iter().map(|name| cell(name).map_or("", |(_, cell)| cell)).collect())
                .map_err(|error| refused(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| refused(error.to_string()))?;
        crate::lm::replace_privately(path, &bytes)
            .map_err(|error| Error::from(refused(error.to_string())))
    }

    /// Reads what [`save_csv`](Self::save_csv) wrote.
    ///
    /// # Errors
    /// [`DataError`] with file, line and column.
    pub fn load_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = std::fs::read(path)
            .map_err(|error| DataError::Io { file: name.clone(), message: error.to_string() })?;
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let syntax = |error: csv::Error| DataError::Syntax {
            file: name.clone(),
            line: error.position().map_or(0, csv::Position::line),
            message: error.to_string(),
        };
        let names = reader.headers().map_err(syntax)?.clone();
        for column in ["index", "id", "score"] {
            if !names.iter().any(|name| name == column) {
                return Err(DataError::MissingColumn {
                    file: name.clone(),
                    column: column.to_owned(),
                    found: names.iter().collect::<Vec<_>>().join(", "),
                }
                .into());
            }
        }
        let mut items = Vec::new();
        for record in reader.records() {
            let record = record.map_err(syntax)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cells = names.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
            let item = item(cells).map_err(|(column, message)| DataError::Cell {
                file: name.clone(),
                line,
                column,
                message,
            })?;
            items.push(item);
        }
        let elapsed = items.iter().map(|item: &Item<O>| item.elapsed).sum();
        Ok(Self::new(items, elapsed, None))
    }
}

/// The cells of a row by column; those that are empty are left out.
fn cells<O: Data>(item: &Item<O>) -> Result<Vec<(String, String)>> {
    let value = |value: serde_json::Result<Value>| {
        value.map_err(|error| {
            let index = item.index;
            Error::Invalid(format!("the outcome of row {index} cannot be written as JSON: {error}"))
        })
    };
    let text = |text: &Option<String>| Ok(text.clone().map_or(Value::Null, Value::from));
    let mut all = vec![
        ("index".to_owned(), item.index.into()),
        ("id".to_owned(), item.id.clone().into()),
        ("slice".to_owned(), value(text(&item.slice))?),
        ("score".to_owned(), item.score.into()),
        ("scores".to_owned(), item.scores.clone().into()),
        ("feedback".to_owned(), value(text(&item.feedback))?),
        ("error".to_owned(), value(text(&item.error))?),
        ("usage".to_owned(), value(serde_json::to_value(item.usage))?),
        ("metric_spent".to_owned(), value(serde_json::to_value(item.metric_spent))?),
        ("elapsed_s".to_owned(), item.elapsed.as_secs_f64().into()),
    ];
    let mut add = |prefix: &str, fields: &Fields| {
        all.extend(fields.iter().map(|(name, value)| (format!("{prefix}.{name}"), value.clone())));
    };
    add("input", &item.input);
    add("label", &item.label);
    match &item.output {
        None => {}
        Some(output) => match value(wire::to_value(output))? {
            Value::Object(fields) => add("output", &fields),
            other => all.push(("output".to_owned(), other)),
        },
    }
    Ok(all
        .into_iter()
        .filter(|(name, value)| name.contains('.') || !value.is_null())
        .map(|(name, value)| (name, written(&value)))
        .collect())
}

/// Text as it is, unless it would be read as something else.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && serde_json::from_str::<Value>(text).is_err() => {
            text.clone()
        }
        other => other.to_string(),
    }
}

fn item<'a, O: Data>(
    cells: impl Iterator<Item = (&'a str, &'a str)>,
) -> std::result::Result<Item<O>, (String, String)> {
    let mut line = serde_json::Map::new();
    let mut output = Fields::new();
    let mut whole = None;
    let (mut input, mut label) = (Fields::new(), Fields::new());
    for (name, cell) in cells {
        let value = serde_json::from_str(cell).unwrap_or_else(|_| Value::from(cell));
        match name.split_once('.') {
            Some(("input", field)) => drop(input.insert(field.to_owned(), value)),
            Some(("label", field)) => drop(label.insert(field.to_owned(), value)),
            Some(("output", field)) => drop(output.insert(field.to_owned(), value)),
            _ if name == "output" => whole = Some(value),
            _ => drop(line.insert(name.to_owned(), value)),
        }
    }
    let mut take = |name: &str| line.remove(name).unwrap_or_default();
    fn read<T: serde::de::DeserializeOwned>(
        name: &str,
        value: Value,
    ) -> std::result::Result<T, (String, String)> {
        wire::from_value(value).map_err(|error| (name.to_owned(), error.to_string()))
    }
    let elapsed = take("elapsed_s");
    let value = whole.or((!output.is_empty()).then_some(Value::Object(output)));
    let usage = take("usage");
    let spent = take("metric_spent");
    let scores = take("scores");
    let elapsed: f64 = if elapsed.is_null() { 0.0 } else { read("elapsed_s", elapsed)? };
    Ok(Item {
        index: read("index", take("index"))?,
        id: read("id", take("id"))?,
        slice: read("slice", take("slice"))?,
        input,
        label,
        score: read("score", take("score"))?,
        scores: if scores.is_null() { Vec::new() } else { read("scores", scores)? },
        feedback: read("feedback", take("feedback"))?,
        output: value.map(|value| read("output", value)).transpose()?,
        error: read("error", take("error"))?,
        usage: if usage.is_null() { Default::default() } else { read("usage", usage)? },
        metric_spent: if spent.is_null() {
            Default::default()
        } else {
            read("metric_spent", spent)?
        },
        elapsed: seconds(elapsed),
        trace: Default::default(),
    })
}
