//! JSON Schemas, read as [`Field`]s.

use serde_json::Value;

use super::bounds::Bounds;
use super::field::{Choice, Field, Shape};

/// Parts of a schema that are looked at; a schema may branch without end.
const BUDGET: usize = 2000;

/// The field a schema describes. References are resolved within `root`.
pub(super) fn field(schema: &Value, root: &Value) -> Field {
    Reader { root, open: vec!["#"], budget: BUDGET }.field("", schema)
}

struct Reader<'a> {
    root: &'a Value,
    /// References being resolved: a type within itself is not filled in.
    open: Vec<&'a str>,
    budget: usize,
}

impl<'a> Reader<'a> {
    fn field(&mut self, name: &str, schema: &'a Value) -> Field {
        let mut field = self.bare(schema);
        // A schema that is no property is known by its title.
        let name =
            if name.is_empty() { text_of(schema, "title").unwrap_or_default() } else { name };
        name.clone_into(&mut field.name);
        if let Some(text) = text_of(schema, "description") {
            field.description = text.to_owned();
        }
        field
    }

    fn bare(&mut self, schema: &'a Value) -> Field {
        if self.budget == 0 {
            return Field::shaped(Shape::Nothing);
        }
        self.budget -= 1;
        if let Some(reference) = text_of(schema, "$ref") {
            return self.referred(reference);
        }
        if let Some(values) = list_of(schema, "enum") {
            return choices(values.iter().map(|value| Choice::new(value.clone(), "")).collect());
        }
        if let Some(value) = schema.get("const") {
            let about = text_of(schema, "description").unwrap_or_default();
            return choices(vec![Choice::new(value.clone(), about)]);
        }
        if let Some(variants) = ["anyOf", "oneOf"].iter().find_map(|key| list_of(schema, key)) {
            return self.variants(variants);
        }
        if let Some([only]) = list_of(schema, "allOf").map(Vec::as_slice) {
            return self.bare(only);
        }
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::String(kind)) => vec![kind.as_str()],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = kinds.iter().copied().find(|kind| *kind != "null");
        let shape = match kind {
            Some("string") => Shape::Text,
            Some("integer") => Shape::Whole,
            Some("number") => Shape::Number,
            Some("boolean") => Shape::truth(),
            Some("array") => self.array(schema),
            Some("object") => self.object(schema),
            _ if schema.get("properties").is_some() => self.object(schema),
            _ => Shape::Nothing,
        };
        Field { bounds: bounds(schema), nullable: kinds.contains(&"null"), ..Field::shaped(shape) }
    }

    fn referred(&mut self, reference: &'a str) -> Field {
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        match target {
            Some(target) if !self.open.contains(&reference) => {
                self.open.push(reference);
                let field = self.field("", target);
                self.open.pop();
                field
            }
            _ => Field::shaped(Shape::Nothing),
        }
    }

    fn variants(&mut self, variants: &'a [Value]) -> Field {
        let is_null = |field: &Field| match &field.shape {
            Shape::Nothing => true,
            Shape::Choice(choices) => choices.iter().all(|choice| choice.value.is_null()),
            _ => false,
        };
        let read: Vec<Field> = variants.iter().map(|v| self.field("", v)).collect();
        let nullable = read.iter().any(is_null);
        let mut fields: Vec<Field> = read.into_iter().filter(|field| !is_null(field)).collect();
        if fields.len() > 1 && fields.iter().all(|f| matches!(f.shape, Shape::Choice(_))) {
            let each = fields.into_iter().map(|field| match field.shape {
                Shape::Choice(choices) => choices,
                _ => Vec::new(),
            });
            let all = each.flatten().filter(|choice| !choice.value.is_null()).collect();
            return Field { nullable, ..choices(all) };
        }
        match (fields.pop(), fields.is_empty()) {
            (None, _) => Field { nullable: true, ..Field::shaped(Shape::Nothing) },
            (Some(only), true) => Field { nullable: nullable || only.nullable, ..only },
            (Some(last), false) => {
                fields.push(last);
                Field { nullable, ..Field::shaped(Shape::OneOf(fields)) }
            }
        }
    }

    fn array(&mut self, schema: &'a Value) -> Shape {
        if let Some(items) = list_of(schema, "prefixItems") {
            return Shape::Tuple(items.iter().map(|item| self.field("", item)).collect());
        }
        let item = schema.get("items").map(|item| self.field("", item));
        Shape::List(Box::new(item.unwrap_or_else(|| Field::shaped(Shape::Text))))
    }

    fn object(&mut self, schema: &'a Value) -> Shape {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let required = list_of(schema, "required");
            let must = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
            let fields = properties.iter().map(|(name, property)| {
                let field = self.field(name, property);
                (must(name), field)
            });
            let filled = fields.filter(|(must, f)| *must || !matches!(f.shape, Shape::Nothing));
            return Shape::Object(filled.map(|(_, field)| field).collect());
        }
        match schema.get("additionalProperties") {
            Some(value) if value.is_object() => Shape::Map(Box::new(self.field("", value))),
            _ => Shape::Map(Box::new(Field::shaped(Shape::Text))),
        }
    }
}

fn choices(choices: Vec<Choice>) -> Field {
    Field::shaped(Shape::Choice(choices))
}

fn text_of<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn list_of<'a>(schema: &'a Value, key: &str) -> Option<&'a Vec<Value>> {
    schema.get(key).and_then(Value::as_array)
}

fn bounds(schema: &Value) -> Bounds {
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let length = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| schema.get(*key).and_then(Value::as_u64));
        found.and_then(|length| usize::try_from(length).ok())
    };
    Bounds {
        min: number("minimum").or_else(|| number("exclusiveMinimum")),
        max: number("maximum").or_else(|| number("exclusiveMaximum")),
        above: number("minimum").is_none() && number("exclusiveMinimum").is_some(),
        below: number("maximum").is_none() && number("exclusiveMaximum").is_some(),
        min_len: length(["minLength", "minItems"]),
        max_len: length(["maxLength", "maxItems"]),
    }
}
