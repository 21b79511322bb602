//! What a program takes and gives, field by field.

use dspy_core::module::{Module, task_schemas};
use dspy_core::schema;
use dspy_core::signature::{Field, SignatureSchema};
use serde_json::{Value, json};

/// One field of a program's input or output.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) field: Field,
    pub(crate) is_required: bool,
}

/// What the program takes. A program whose type does not say, such as a predictor made at run time,
/// takes what its only task takes.
pub(crate) fn inputs<P: Module>(program: &P) -> Vec<Slot> {
    let slots = slots(&schema::of::<P::Input>());
    if slots.is_empty() { task_slots(program, |task| task.inputs().to_vec()) } else { slots }
}

/// What the program gives.
pub(crate) fn outputs<P: Module>(program: &P) -> Vec<Slot> {
    let slots = slots(&schema::of::<P::Output>());
    if slots.is_empty() { task_slots(program, |task| task.outputs().to_vec()) } else { slots }
}

/// The JSON Schemas of input and output.
pub(crate) fn schemas<P: Module>(program: &P) -> (Value, Value) {
    let of = |typed: Value, slots: Vec<Slot>| {
        if typed.get("properties").is_some() || slots.is_empty() {
            return typed;
        }
        let properties: serde_json::Map<String, Value> = slots
            .iter()
            .map(|slot| (slot.field.name().to_owned(), slot.field.schema().clone()))
            .collect();
        let required: Vec<&str> =
            slots.iter().filter(|slot| slot.is_required).map(|slot| slot.field.name()).collect();
        json!({"type": "object", "properties": properties, "required": required})
    };
    (of(schema::of::<P::Input>(), inputs(program)), of(schema::of::<P::Output>(), outputs(program)))
}

fn task_slots<P: Module>(program: &P, of: impl Fn(&SignatureSchema) -> Vec<Field>) -> Vec<Slot> {
    match task_schemas(program).as_slice() {
        [(_, task, _)] => of(task)
            .into_iter()
            .map(|field| Slot {
                is_required: field.default_value().is_none() && !field.is_nullable(),
                field,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The properties of an object's schema.
pub(crate) fn slots(schema: &Value) -> Vec<Slot> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| {
            let is_required = required.contains(&name.as_str());
            Slot { field: field(name, property, schema), is_required }
        })
        .collect()
}

/// A property as a field, which brings along the definitions that it refers to.
fn field(name: &str, property: &Value, root: &Value) -> Field {
    let mut own = property.clone();
    if let (Some(own), Some(definitions)) = (own.as_object_mut(), root.get("$defs")) {
        own.insert("$defs".to_owned(), definitions.clone());
    }
    let text = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut field = Field::with_schema(name, own).with_desc(text("description"));
    if let Some(default) = property.get("default") {
        field = field.with_default(default.clone());
    }
    field
}
