//! [`Inputs`]: what an answer was asked about.

use serde_json::Value;

use super::Form;
use super::erased::DynForm;
use super::walk::each;
use crate::wire;

/// One input: schema, forms in it, value.
type Input<'a> = (&'a Value, &'a [DynForm], &'a Value);

/// What an answer was asked about, for checks of what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a>(Vec<Input<'a>>);

impl<'a> Inputs<'a> {
    pub(crate) fn new(inputs: impl Iterator<Item = Input<'a>>) -> Self {
        Self(inputs.collect())
    }

    /// All values of a type with a form, in the order in which they stand in the prompt, however
    /// deep inside other values.
    pub fn all<T: Form>(&self) -> Vec<T> {
        let word = T::word();
        let mut found = Vec::new();
        for (schema, forms, value) in &self.0 {
            let seen = each(schema, forms, value, &mut |form, value| {
                if form.word() == word
                    && let Ok(value) = wire::from_value(value.clone())
                {
                    found.push(value);
                }
                Ok(())
            });
            debug_assert!(seen.is_ok(), "nothing here fails");
        }
        found
    }
}
