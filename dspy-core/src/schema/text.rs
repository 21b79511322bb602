//! The JSON Schemas of types that a signature's text names.
//!
//! They equal those of the Rust types that `signature!` makes of the same text, titles included, so
//! a task reads the same to a model whether it was known at compile time or not.

use dspy_grammar::{Scalar, Type, TypeKind, literal_name};
use serde_json::{Map, Value, json};

use super::of;

/// The JSON Schema of a type; a type of the user's own, which has none here, is taken for any JSON.
pub(crate) fn of_text(ty: &Type) -> Value {
    let mut schema = match schema_of(ty) {
        Value::Object(schema) => schema,
        // The schema `true`.
        _ => Map::new(),
    };
    schema.insert("title".to_owned(), Value::from(title(ty)));
    Value::Object(schema)
}

/// The schema without a title.
fn schema_of(ty: &Type) -> Value {
    match &ty.kind {
        TypeKind::Scalar(scalar) => {
            let mut schema = scalar_schema(*scalar);
            if let Value::Object(schema) = &mut schema {
                schema.shift_remove("title");
            }
            schema
        }
        TypeKind::Json | TypeKind::Path { .. } => Value::Bool(true),
        TypeKind::Option(inner) => nullable(schema_of(inner)),
        TypeKind::Boxed(inner) => schema_of(inner),
        TypeKind::List(_, item) => json!({"type": "array", "items": schema_of(item)}),
        TypeKind::Set(_, item) => {
            json!({"type": "array", "uniqueItems": true, "items": schema_of(item)})
        }
        TypeKind::Map(_, key, value) => map_schema(key, schema_of(value)),
        TypeKind::Tuple(items) => {
            let schemas: Vec<_> = items.iter().map(schema_of).collect();
            let length = items.len();
            json!({
                "type": "array", "prefixItems": schemas, "minItems": length, "maxItems": length,
            })
        }
        TypeKind::Array(item, length) => json!({
            "type": "array", "items": schema_of(item), "minItems": length, "maxItems": length,
        }),
        TypeKind::Literal(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| text.value.as_str()).collect();
            json!({"type": "string", "enum": texts})
        }
    }
}

fn scalar_schema(scalar: Scalar) -> Value {
    match scalar {
        Scalar::String => of::<String>(),
        Scalar::Bool => of::<bool>(),
        Scalar::Char => of::<char>(),
        Scalar::F32 => of::<f32>(),
        Scalar::F64 => of::<f64>(),
        Scalar::I8 => of::<i8>(),
        Scalar::I16 => of::<i16>(),
        Scalar::I32 => of::<i32>(),
        Scalar::I64 => of::<i64>(),
        Scalar::I128 => of::<i128>(),
        Scalar::Isize => of::<isize>(),
        Scalar::U8 => of::<u8>(),
        Scalar::U16 => of::<u16>(),
        Scalar::U32 => of::<u32>(),
        Scalar::U64 => of::<u64>(),
        Scalar::U128 => of::<u128>(),
        Scalar::Usize => of::<usize>(),
    }
}

/// The schema, with null beside its values.
fn nullable(mut schema: Value) -> Value {
    if let Value::Object(object) = &mut schema {
        match object.get_mut("type") {
            Some(Value::Array(kinds)) if !kinds.contains(&json!("null")) => {
                kinds.push(json!("null"));
            }
            Some(kind @ Value::String(_)) => *kind = json!([kind.take(), "null"]),
            _ => {}
        }
        if let Some(Value::Array(values)) = object.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    schema
}

/// The schema of a map, whose keys say which properties there can be.
fn map_schema(key: &Type, values: Value) -> Value {
    let key = unboxed(key);
    match &key.kind {
        TypeKind::Literal(texts) => {
            let mut names: Vec<_> = texts.iter().map(|text| text.value.clone()).collect();
            names.sort_unstable();
            let properties: Map<_, _> =
                names.into_iter().map(|name| (name, values.clone())).collect();
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        }
        TypeKind::Scalar(scalar) if scalar.signedness().is_some() => {
            let pattern = if scalar.signedness() == Some(true) { r"^-?\d+$" } else { r"^\d+$" };
            json!({
                "type": "object",
                "additionalProperties": false,
                "patternProperties": {pattern: values},
            })
        }
        _ => json!({"type": "object", "additionalProperties": values}),
    }
}

fn unboxed(ty: &Type) -> &Type {
    match &ty.kind {
        TypeKind::Boxed(inner) => unboxed(inner),
        _ => ty,
    }
}

/// The name that schemars gives the schema.
fn title(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Scalar(scalar) => {
            let schema = scalar_schema(*scalar);
            schema.get("title").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        TypeKind::Json | TypeKind::Path { .. } => "AnyValue".to_owned(),
        TypeKind::Option(inner) => format!("Nullable_{}", title(inner)),
        TypeKind::Boxed(inner) => title(inner),
        TypeKind::List(_, item) => format!("Array_of_{}", title(item)),
        TypeKind::Set(_, item) => format!("Set_of_{}", title(item)),
        TypeKind::Map(_, key, value) => match unboxed(key).kind {
            TypeKind::Scalar(Scalar::String) => format!("Map_of_{}", title(value)),
            _ => format!("Map_from_{}_to_{}", title(key), title(value)),
        },
        TypeKind::Tuple(items) => {
            let titles: Vec<_> = items.iter().map(title).collect();
            format!("Tuple_of_{}", titles.join("_and_"))
        }
        TypeKind::Array(item, length) => format!("Array_size_{length}_of_{}", title(item)),
        TypeKind::Literal(texts) => literal_name(texts.iter().map(|text| text.value.as_str())),
    }
}
