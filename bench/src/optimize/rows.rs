//! Rows from JSON Lines.

use std::path::Path;

use dspy::SignatureSchema;
use dspy::prelude::*;
use dspy::signature::Fields;

/// Inputs and labels.
pub(super) type LabeledRow = (Fields, Fields);

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
            Ok((of(schema.inputs()), of(schema.outputs())))
        })
        .collect()
}
