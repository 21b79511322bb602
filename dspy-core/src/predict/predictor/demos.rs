//! Whether demonstrations belong to a task.

use crate::signature::{Demo, SignatureSchema};

/// Every value of a demonstration must belong to a field and fit it.
pub(super) fn check_demos(schema: &SignatureSchema, demos: &[Demo]) -> Result<(), String> {
    for (index, demo) in demos.iter().enumerate() {
        for (name, value) in &demo.fields {
            let Some(field) = schema.field(name) else {
                return Err(format!("demo {index}: the signature has no field `{name}`"));
            };
            if value.is_null() {
                continue;
            }
            if let Err(message) = field.check(value) {
                return Err(format!("demo {index}, field `{name}`: {message}"));
            }
        }
    }
    Ok(())
}
