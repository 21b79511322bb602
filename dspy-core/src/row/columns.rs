//! Which column of a file a field is read from.

use std::collections::BTreeMap;

use super::error::DataError;
use crate::signature::Field;

/// Names of columns by field; a field without one is looked for under its own names.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns(BTreeMap<String, String>);

impl Columns {
    pub(super) fn map(&mut self, field: String, column: String) {
        self.0.insert(field, column);
    }

    /// Whether a column of this name holds the field.
    pub(super) fn is(&self, column: &str, field: &Field) -> bool {
        match self.0.get(field.name()) {
            Some(mapped) => mapped == column,
            None => field.answers_to(column),
        }
    }

    /// The column that the field was mapped to.
    pub(super) fn mapped(&self, field: &Field) -> Option<&str> {
        self.0.get(field.name()).map(String::as_str)
    }

    /// Fails for a mapping of a field that rows do not have.
    pub(super) fn check(&self, fields: &[Field], file: &str) -> Result<(), DataError> {
        match self.0.keys().find(|name| !fields.iter().any(|field| field.name() == *name)) {
            None => Ok(()),
            Some(unknown) => {
                let names: Vec<_> = fields.iter().map(|f| format!("`{}`", f.name())).collect();
                Err(DataError::Value {
                    message: format!(
                        "`{file}` was to be read with a column for the field `{unknown}`, but rows have \
                         the fields {}",
                        names.join(", ")
                    ),
                })
            }
        }
    }
}
