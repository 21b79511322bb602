//! Rows for a program that names no row type of its own.

use std::marker::PhantomData;

use dspy_core::row::{DataError, LoadRow, Row};
use dspy_core::schema;
use dspy_core::signature::{Data, Field, Fields};
use dspy_core::wire;
use serde_json::Value;

use crate::shape::{Slot, slots};

/// What a program takes, from a line of a file; further fields of the line are not read.
#[derive(Clone, Debug)]
pub(crate) struct InputRow<I> {
    given: Fields,
    input: I,
}

/// What a program takes, and those of its outputs that the line of a file has as labels.
///
/// An output that is null, missing or an empty text is no label: in CSV these are the same. One
/// that is called like an input cannot be told from it, and is none either.
#[derive(Clone, Debug)]
pub struct LabeledRow<I, O> {
    row: InputRow<I>,
    labels: Fields,
    output: PhantomData<fn() -> O>,
}

impl<I> InputRow<I> {
    pub(crate) fn given(&self) -> &Fields {
        &self.given
    }
}

impl<I: Data> LoadRow for InputRow<I> {
    fn columns() -> Vec<Field> {
        slots(&schema::of::<I>()).into_iter().map(column).collect()
    }

    fn from_fields(mut fields: Fields) -> Result<Self, String> {
        drop_missing(&mut fields, &slots(&schema::of::<I>()));
        let input =
            wire::from_value(Value::Object(fields.clone())).map_err(|error| error.to_string())?;
        Ok(Self { given: fields, input })
    }
}

impl<I: Data, O: Data> LoadRow for LabeledRow<I, O> {
    fn columns() -> Vec<Field> {
        let mut columns = InputRow::<I>::columns();
        let labels = labels_of::<O>(&columns);
        columns.extend(labels.into_iter().map(|slot| slot.field.with_default(Value::Null)));
        columns
    }

    fn from_fields(mut fields: Fields) -> Result<Self, String> {
        let mut labels = Fields::new();
        for slot in labels_of::<O>(&InputRow::<I>::columns()) {
            let name = slot.field.name();
            let label = fields.shift_remove(name);
            if let Some(value) = label.filter(|label| !label.is_null() && *label != "") {
                labels.insert(name.to_owned(), value);
            }
        }
        Ok(Self { row: InputRow::from_fields(fields)?, labels, output: PhantomData })
    }
}

impl<I: Data> Row<I> for InputRow<I> {
    fn input(&self) -> I {
        self.input.clone()
    }

    fn fields(&self) -> Result<Fields, DataError> {
        Ok(self.given.clone())
    }
}

impl<I: Data, O: Data> Row<I> for LabeledRow<I, O> {
    fn input(&self) -> I {
        self.row.input()
    }

    fn fields(&self) -> Result<Fields, DataError> {
        let mut all = self.row.given.clone();
        all.extend(self.labels.clone());
        Ok(all)
    }
}

/// A field as a column that may be left out where the field may.
fn column(slot: Slot) -> Field {
    let is_given = slot.is_required || slot.field.default_value().is_some();
    if is_given { slot.field } else { slot.field.with_default(Value::Null) }
}

fn labels_of<O: Data>(inputs: &[Field]) -> Vec<Slot> {
    let mut labels = slots(&schema::of::<O>());
    labels.retain(|label| !inputs.iter().any(|input| input.name() == label.field.name()));
    labels
}

/// Leaves out what the file left out, so that the type's own default applies.
fn drop_missing(fields: &mut Fields, slots: &[Slot]) {
    for slot in slots.iter().filter(|slot| !slot.is_required) {
        if fields.get(slot.field.name()).is_some_and(Value::is_null) {
            fields.shift_remove(slot.field.name());
        }
    }
}
