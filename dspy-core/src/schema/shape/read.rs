//! From JSON Schema, as schemars and people write it, to [`Shape`]s.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::merge::{alternatives, beside_union, is_intersection, merged};
use super::{Definition, Document, Key, Kind, Property, Rest, Shape};
use crate::schema::describe::Choice;

/// The deepest nesting that is read, references not counted.
const MAX_DEPTH: usize = 64;

/// The longest chain of references and intersections that is followed.
const MAX_HOPS: usize = 16;

/// The most schemas that are read: intersections may copy what they refer to.
const MAX_SCHEMAS: usize = 100_000;

/// What a type keeps to beside its form.
const LIMITS: &[&str] = &[
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "examples",
];

/// Keywords that say what no form can.
const UNREADABLE: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
];

pub(super) struct Reader<'a> {
    root: &'a Value,
    places: HashMap<String, usize>,
    /// References whose definitions are yet to be read.
    open: Vec<(usize, &'a Value)>,
    definitions: Vec<Definition>,
    faults: Vec<(String, String)>,
    path: String,
    count: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self {
            root,
            places: HashMap::new(),
            open: Vec::new(),
            definitions: Vec::new(),
            faults: Vec::new(),
            path: String::new(),
            count: 0,
        }
    }

    pub(super) fn document(mut self, schema: &Value) -> Document {
        let root = self.shape(schema, 0);
        while let Some((place, schema)) = self.open.pop() {
            self.path = self.definitions.get(place).map(|def| def.name.clone()).unwrap_or_default();
            let shape = self.shape(schema, 0);
            if let Some(definition) = self.definitions.get_mut(place) {
                definition.shape = shape;
            }
        }
        Document { root, definitions: self.definitions, faults: self.faults }
    }

    fn fault(&mut self, reason: impl Into<String>) -> Shape {
        self.faults.push((self.path.clone(), reason.into()));
        Shape::of(Kind::Any)
    }

    /// Reads a part of the schema that is being read.
    fn part(&mut self, name: &str, schema: &Value, depth: usize) -> Shape {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        let shape = self.shape(schema, depth + 1);
        self.path.truncate(length);
        shape
    }

    fn shape(&mut self, schema: &Value, depth: usize) -> Shape {
        self.count += 1;
        if depth > MAX_DEPTH {
            return self.fault(format!("it is nested more than {MAX_DEPTH} levels deep"));
        }
        if self.count > MAX_SCHEMAS {
            return self.fault(format!("it has more than {MAX_SCHEMAS} parts"));
        }
        let object = match schema {
            Value::Bool(true) => return Shape::of(Kind::Any),
            Value::Bool(false) => return Shape::of(Kind::Never),
            Value::Object(object) => object,
            _ => return self.fault("it is no schema: neither an object nor a boolean"),
        };
        let mut shape =
            if let (Some(reference), false) = (object.get("$ref"), is_intersection(object)) {
                self.reference(reference)
            } else if object.contains_key("$ref") || object.contains_key("allOf") {
                match self.intersection(object, 0) {
                    Ok(all) => self.shape(&all, depth + 1),
                    Err(reason) => self.fault(reason),
                }
            } else {
                self.plain(object, depth)
            };
        if let Some(said) = object.get("description").and_then(Value::as_str) {
            shape.description.get_or_insert_with(|| said.to_owned());
        }
        if let Some(examples) = object.get("examples") {
            shape.limits.entry("examples").or_insert_with(|| examples.clone());
        }
        shape
    }

    fn target(&self, reference: &Value) -> Result<(&'a Value, String), String> {
        let text = reference.as_str().unwrap_or_default();
        let target = match text.strip_prefix('#') {
            Some("") => Some(self.root),
            Some(pointer) => self.root.pointer(pointer),
            None => None,
        };
        let target = target.ok_or_else(|| format!("the reference {reference} points nowhere"))?;
        Ok((target, text.to_owned()))
    }

    fn reference(&mut self, reference: &Value) -> Shape {
        let (target, text) = match self.target(reference) {
            Ok(found) => found,
            Err(reason) => return self.fault(reason),
        };
        let place = match self.places.get(&text) {
            Some(place) => *place,
            None => {
                let place = self.definitions.len();
                let name = self.free_name(&text);
                let shape = Shape::of(Kind::Any);
                let is_root = std::ptr::eq(target, self.root);
                self.definitions.push(Definition { name, is_root, shape });
                self.places.insert(text, place);
                self.open.push((place, target));
                place
            }
        };
        Shape::of(Kind::Reference(place))
    }

    /// A name for the target of a reference: plain letters, digits, `_` and `-`, and not taken yet.
    fn free_name(&self, reference: &str) -> String {
        let last = match reference {
            "#" => self.root.get("title").and_then(Value::as_str).unwrap_or("Root"),
            other => other.rsplit('/').next().unwrap_or_default(),
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let base: String = last.chars().map(plain).collect();
        let taken = |name: &str| self.definitions.iter().any(|known| known.name == name);
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(base)
    }

    /// The schema with its reference and `allOf` replaced by what they stand for.
    fn intersection(&self, object: &Map<String, Value>, depth: usize) -> Result<Value, String> {
        let circular = || "its references and intersections lead back to themselves".to_owned();
        if depth > MAX_HOPS {
            return Err(circular());
        }
        let too_many = || "its unions hold at once, with too many alternatives".to_owned();
        let mut all = Value::Object(object.clone());
        for _ in 0..MAX_HOPS {
            let Some(object) = all.as_object_mut() else { return Ok(all) };
            if let Some(reference) = object.shift_remove("$ref") {
                let (target, _) = self.target(&reference)?;
                // What the document defines is no part of what it is.
                let mut target = target.clone();
                if let Some(target) = target.as_object_mut() {
                    target.shift_remove("$defs");
                    target.shift_remove("title");
                }
                // Its own properties come first: a tag among them says how to go on.
                all = merged(&all, &target).ok_or_else(too_many)?;
            } else if let Some(Value::Array(parts)) = object.shift_remove("allOf") {
                for part in parts {
                    let part = match part.as_object() {
                        Some(part) if part.contains_key("$ref") || part.contains_key("allOf") => {
                            self.intersection(part, depth + 1)?
                        }
                        _ => part,
                    };
                    all = merged(&all, &part).ok_or_else(too_many)?;
                }
            } else {
                return Ok(all);
            }
        }
        Err(circular())
    }

    fn plain(&mut self, object: &Map<String, Value>, depth: usize) -> Shape {
        if let Some(keyword) = UNREADABLE.iter().find(|key| object.contains_key(**key)) {
            return self.fault(format!("the keyword `{keyword}` cannot be rewritten"));
        }
        if let Some(value) = object.get("const") {
            return closed_set(std::slice::from_ref(value));
        }
        if let Some(Value::Array(values)) = object.get("enum") {
            return closed_set(values);
        }
        if let Some(parts) = alternatives(object) {
            return self.union(object, parts, depth);
        }
        match object.get("type") {
            Some(Value::Array(kinds)) => {
                let each = kinds.iter().map(|kind| {
                    let mut single = object.clone();
                    single.insert("type".to_owned(), kind.clone());
                    // What is said of all is no description of each.
                    single.shift_remove("description");
                    Value::Object(single)
                });
                let shapes = each.map(|schema| self.shape(&schema, depth + 1)).collect();
                one_of(shapes)
            }
            kind => self.simple(object, kind.and_then(Value::as_str), depth),
        }
    }

    fn union(&mut self, object: &Map<String, Value>, parts: &[Value], depth: usize) -> Shape {
        let base = beside_union(object);
        let mut shapes = Vec::with_capacity(parts.len());
        for part in parts {
            shapes.push(match &base {
                None => self.shape(part, depth + 1),
                // Properties beside a union belong to every alternative.
                Some(base) => {
                    let both = Map::from_iter([(
                        "allOf".to_owned(),
                        Value::Array(vec![base.clone(), part.clone()]),
                    )]);
                    self.shape(&Value::Object(both), depth + 1)
                }
            });
        }
        one_of(shapes)
    }

    fn simple(&mut self, object: &Map<String, Value>, kind: Option<&str>, depth: usize) -> Shape {
        let has = |key: &str| object.contains_key(key);
        let is_object = ["properties", "additionalProperties", "patternProperties", "required"];
        let kind = match kind {
            None if is_object.iter().any(|key| has(key)) => "object",
            None if has("items") || has("prefixItems") => "array",
            None => return Shape::of(Kind::Any),
            Some(kind) => kind,
        };
        let kind = match kind {
            "null" => return Shape { nullable: true, ..Shape::of(Kind::Null) },
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "string" => Kind::Text,
            "array" => self.array(object, depth),
            "object" => self.object(object, depth),
            other => return self.fault(format!("`{other}` is no type")),
        };
        let mut shape = Shape::of(kind);
        for key in LIMITS {
            if let Some(value) = object.get(*key) {
                shape.limits.insert((*key).to_owned(), value.clone());
            }
        }
        if let (Kind::Text, Some(format)) = (&shape.kind, object.get("format")) {
            shape.limits.insert("format".to_owned(), format.clone());
        }
        if matches!(shape.kind, Kind::Tuple(_)) {
            shape.limits.retain(|key, _| !matches!(key.as_str(), "minItems" | "maxItems"));
        }
        shape
    }

    fn array(&mut self, object: &Map<String, Value>, depth: usize) -> Kind {
        match (object.get("prefixItems"), object.get("items")) {
            (Some(Value::Array(items)), None | Some(Value::Bool(false))) => {
                let each = items.iter().enumerate();
                Kind::Tuple(each.map(|(at, i)| self.part(&at.to_string(), i, depth)).collect())
            }
            (Some(_), _) => self.fault("its items differ, and more may follow").kind,
            (None, Some(items)) => Kind::List(Box::new(self.part("*", items, depth))),
            (None, None) => Kind::List(Box::new(Shape::of(Kind::Any))),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, depth: usize) -> Kind {
        let patterns = object.get("patternProperties").and_then(Value::as_object);
        let rest = match (
            patterns.map(|all| all.iter().collect::<Vec<_>>()),
            object.get("additionalProperties"),
        ) {
            (Some(all), None | Some(Value::Bool(false))) => match all.as_slice() {
                [(pattern, value)] => Some((pattern.as_str(), *value)),
                _ => return self.fault("its keys follow several patterns").kind,
            },
            (Some(_), Some(_)) => return self.fault("its keys follow a pattern, or not").kind,
            (None, Some(Value::Bool(false)) | None) => None,
            (None, Some(value)) => Some(("", value)),
        };
        let declared = object.get("properties").and_then(Value::as_object);
        let Some(declared) = declared else {
            return match rest {
                Some((pattern, value)) => {
                    let key = match pattern {
                        r"^-?\d+$" => Key::Integer { negative: true },
                        r"^\d+$" => Key::Integer { negative: false },
                        _ => Key::Text,
                    };
                    Kind::Map(key, Box::new(self.part("*", value, depth)))
                }
                None if object.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    Kind::Object(Vec::new(), Rest::Closed)
                }
                // Nothing is said of its keys.
                None => Kind::Map(Key::Text, Box::new(Shape::of(Kind::Any))),
            };
        };
        let required = object.get("required").and_then(Value::as_array);
        let mut properties = Vec::with_capacity(declared.len());
        for (name, schema) in declared {
            properties.push(Property {
                name: name.clone(),
                shape: self.part(name, schema, depth),
                required: required.is_some_and(|all| all.iter().any(|key| key == name)),
                default: schema.get("default").cloned(),
            });
        }
        let rest = match rest {
            Some((_, value)) => Rest::Of(Box::new(self.part("*", value, depth))),
            None => Rest::Closed,
        };
        Kind::Object(properties, rest)
    }
}

fn closed_set(values: &[Value]) -> Shape {
    let others = values.iter().filter(|value| !value.is_null());
    let choice = |value: &Value| Choice { value: value.clone(), description: None };
    let choices: Vec<_> = others.map(choice).collect();
    let nullable = choices.len() < values.len();
    let kind = if choices.is_empty() && nullable { Kind::Null } else { Kind::Choice(choices) };
    Shape { nullable, ..Shape::of(kind) }
}

/// The union of types: null is a mark, closed sets are one, a union within is no level of its own.
fn one_of(shapes: Vec<Shape>) -> Shape {
    let mut nullable = false;
    let mut parts: Vec<Shape> = Vec::with_capacity(shapes.len());
    for mut shape in shapes {
        nullable |= std::mem::take(&mut shape.nullable);
        match shape.kind {
            Kind::Null => {}
            Kind::Union(inner) if shape.description.is_none() => parts.extend(inner),
            Kind::Choice(mut new) => {
                if let [only] = new.as_mut_slice() {
                    only.description = shape.description;
                }
                let known = parts.iter_mut().find_map(|part| match &mut part.kind {
                    Kind::Choice(known) => Some(known),
                    _ => None,
                });
                match known {
                    Some(known) => known.extend(new),
                    None => parts.push(Shape::of(Kind::Choice(new))),
                }
            }
            kind => parts.push(Shape { kind, ..shape }),
        }
    }
    match (parts.pop(), parts.is_empty()) {
        (None, _) => Shape { nullable, ..Shape::of(Kind::Null) },
        (Some(only), true) => Shape { nullable: nullable || only.nullable, ..only },
        (Some(last), false) => {
            parts.push(last);
            Shape { nullable, ..Shape::of(Kind::Union(parts)) }
        }
    }
}
