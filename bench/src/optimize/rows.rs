//! Rows from JSON Lines.

use std::path::Path;

use dspy::SignatureSchema;
use dspy::prelude::*;
use dspy::row::DataError;
use dspy::signature::Fields;

use super::chain::ChainInput;

/// What the program is given, and the labels.
#[derive(Clone)]
pub(super) struct LabeledRow {
    given: Fields,
    pub(super) labels: Fields,
}

impl Row<ChainInput> for LabeledRow {
    fn input(&self) -> ChainInput {
        ChainInput { row: self.given.clone() }
    }

    fn fields(&self) -> Result<Fields, DataError> {
        let mut all = self.given.clone();
        all.extend(self.labels.clone());
        Ok(all)
    }
}

/// The rows of a file, their fields sorted by what the signature takes and gives.
pub(super) fn read(path: &Path, schema: &SignatureSchema) -> dspy::Result<Vec<LabeledRow>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
        .user()?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let fields: Fields = serde_json::from_str(line)
                .map_err(|error| format!("{}, line {}: {error}", path.display(), number + 1))
                .user()?;
            let of = |all: &[dspy::signature::Field]| -> Fields {
                all.iter()
                    .filter_map(|field| {
                        let value = fields.get(field.name())?;
                        Some((field.name().to_owned(), value.clone()))
                    })
                    .collect()
            };
            Ok(LabeledRow { given: of(schema.inputs()), labels: of(schema.outputs()) })
        })
        .collect()
}
