//! What one part of a schema asks for.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::{Choice, Choices, Schemas, Wants, aliases, alternatives, faulty, required};
use crate::parse::error::ParseError;
use crate::parse::words::same_form;
use crate::schema::format_of;

/// What one part of a schema asks for.
#[derive(Debug)]
pub(crate) struct Facts<'d> {
    /// The part itself, with references followed.
    pub(crate) schema: &'d Value,
    /// Whether null is accepted beside what the shape says.
    pub(crate) nullable: bool,
    /// Shared by all parts that differ only in whether they may be null.
    pub(crate) shape: Rc<Shape<'d>>,
}

/// The kind of value that is asked for.
#[derive(Debug)]
pub(crate) enum Shape<'d> {
    Never,
    Anything,
    /// A closed set with members that are no scalars.
    Literal,
    Choices(Choices<'d>),
    Union(Union<'d>),
    Text,
    Integer,
    Number,
    Boolean,
    Null,
    List(ListFacts<'d>),
    Object(ObjectFacts<'d>),
}

/// Alternatives, at least two.
#[derive(Debug)]
pub(crate) struct Union<'d> {
    pub(crate) variants: Vec<Rc<Facts<'d>>>,
    tag: OnceCell<Option<Tag<'d>>>,
}

/// The key whose value names the variant of a union.
#[derive(Debug)]
pub(crate) struct Tag<'d> {
    pub(crate) key: &'d str,
    /// The name of each variant, in their order.
    pub(crate) names: Choices<'d>,
}

#[derive(Debug)]
pub(crate) struct ListFacts<'d> {
    pub(crate) prefix: Option<&'d Vec<Value>>,
    pub(crate) items: Option<&'d Value>,
    pub(crate) least: u64,
    pub(crate) most: Option<u64>,
    pub(crate) unique: bool,
}

#[derive(Debug)]
pub(crate) struct ObjectFacts<'d> {
    pub(crate) declared: Option<&'d Map<String, Value>>,
    /// The declared properties in their order, with whether each is required.
    pub(crate) properties: Vec<(&'d str, &'d Value, bool)>,
    pub(crate) required: Vec<&'d str>,
    pub(crate) patterns: Option<&'d Map<String, Value>>,
    pub(crate) additional: Additional<'d>,
    /// Whether some property has a default.
    pub(crate) has_defaults: bool,
    /// Whether the number of keys is bounded.
    pub(crate) counted: bool,
    aliases: Vec<(&'d str, &'d str)>,
    forms: OnceCell<KeyForms<'d>>,
}

/// What happens to keys that no property and no pattern names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Additional<'d> {
    /// Nothing is said of them.
    Ignored,
    Refused,
    Fits(&'d Value),
}

impl<'d> Facts<'d> {
    pub(super) fn new(schemas: &Schemas<'d>, schema: &'d Value) -> Result<Self, ParseError> {
        let schema = schemas.resolve(schema)?;
        match schema {
            Value::Bool(true) => return Ok(Self::plain(schema, Shape::Anything)),
            Value::Object(_) => {}
            _ => return Ok(Self::plain(schema, Shape::Never)),
        }
        if let Some(Value::Array(types)) = schema.get("type") {
            return Self::of_types(schemas, schema, types);
        }
        if let Some(parts) = alternatives(schema) {
            return Self::of_parts(schemas, schema, parts);
        }
        if let Some(choices) = Choices::of(schemas, schema, false)? {
            return Ok(Self::plain(schema, Shape::Choices(choices)));
        }
        Ok(Self::plain(schema, Shape::of_kind(schema, kind_of(schema))?))
    }

    fn plain(schema: &'d Value, shape: Shape<'d>) -> Self {
        Self { schema, nullable: false, shape: Rc::new(shape) }
    }

    /// `"type": ["integer", "null"]`
    fn of_types(
        schemas: &Schemas<'d>,
        schema: &'d Value,
        types: &'d [Value],
    ) -> Result<Self, ParseError> {
        let nullable = types.iter().any(|kind| kind == "null");
        let kinds: Vec<Option<&str>> =
            types.iter().filter(|kind| *kind != "null").map(Value::as_str).collect();
        let shape = if let Some(choices) = Choices::of(schemas, schema, nullable)? {
            Shape::Choices(choices)
        } else {
            match kinds.as_slice() {
                [] => Shape::Null,
                [one] => Shape::of_kind(schema, *one)?,
                several => {
                    let variants = several
                        .iter()
                        .map(|kind| {
                            Ok(Rc::new(Self::plain(schema, Shape::of_kind(schema, *kind)?)))
                        })
                        .collect::<Result<_, ParseError>>()?;
                    Shape::Union(Union { variants, tag: OnceCell::new() })
                }
            }
        };
        Ok(Self { schema, nullable, shape: Rc::new(shape) })
    }

    /// `"anyOf": […]`
    fn of_parts(
        schemas: &Schemas<'d>,
        schema: &'d Value,
        parts: &'d [Value],
    ) -> Result<Self, ParseError> {
        let is_null = |part: &Value| part.get("type").is_some_and(|kind| kind == "null");
        let rest: Vec<&Value> = parts.iter().filter(|part| !is_null(part)).collect();
        let nullable = rest.len() < parts.len();
        if let Some(choices) = Choices::of(schemas, schema, nullable)? {
            return Ok(Self { schema, nullable, shape: Rc::new(Shape::Choices(choices)) });
        }
        match rest.as_slice() {
            [] => Ok(Self::plain(schema, Shape::Null)),
            [only] => {
                let inner = schemas.facts(only)?;
                let nullable = nullable || inner.nullable;
                Ok(Self { schema: inner.schema, nullable, shape: Rc::clone(&inner.shape) })
            }
            several => {
                let variants =
                    several.iter().map(|part| schemas.facts(part)).collect::<Result<_, _>>()?;
                let union = Union { variants, tag: OnceCell::new() };
                Ok(Self { schema, nullable, shape: Rc::new(Shape::Union(union)) })
            }
        }
    }

    /// Adds the kinds of value that are accepted.
    pub(super) fn collect_wants(&self, wants: &mut Wants) {
        wants.null |= self.nullable;
        match &*self.shape {
            Shape::Never => {}
            Shape::Anything | Shape::Literal => wants.anything = true,
            Shape::Choices(_) | Shape::Integer | Shape::Number | Shape::Boolean => {
                wants.scalar = true;
            }
            Shape::Union(union) => {
                union.variants.iter().for_each(|variant| variant.collect_wants(wants));
            }
            Shape::Text if format_of(self.schema).is_some() => {
                wants.scalar = true;
                wants.formatted = true;
            }
            Shape::Text => wants.text = true,
            Shape::Null => wants.null = true,
            Shape::List(_) => wants.list = true,
            Shape::Object(_) => wants.object = true,
        }
    }

    pub(crate) fn object(&self) -> Option<&ObjectFacts<'d>> {
        match &*self.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl<'d> Shape<'d> {
    fn of_kind(schema: &'d Value, kind: Option<&str>) -> Result<Self, ParseError> {
        if schema.get("enum").is_some() || schema.get("const").is_some() {
            return Ok(Self::Literal);
        }
        Ok(match kind {
            Some("string") => Self::Text,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Boolean,
            Some("null") => Self::Null,
            Some("array") => Self::List(ListFacts::new(schema)),
            Some("object") => Self::Object(ObjectFacts::new(schema)),
            Some(other) => return Err(faulty(&format!("unknown type `{other}`"))),
            None => Self::Anything,
        })
    }
}

/// The one type of a schema, given or to be seen from its keywords.
fn kind_of(schema: &Value) -> Option<&str> {
    let has = |key: &str| schema.get(key).is_some();
    match schema.get("type") {
        Some(Value::String(kind)) => Some(kind),
        _ if has("properties") || has("required") || has("additionalProperties") => Some("object"),
        _ if has("patternProperties") => Some("object"),
        _ if has("items") || has("prefixItems") => Some("array"),
        _ => None,
    }
}

impl<'d> ListFacts<'d> {
    fn new(schema: &'d Value) -> Self {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        Self {
            prefix: schema.get("prefixItems").and_then(Value::as_array),
            items: schema.get("items"),
            least: limit("minItems").unwrap_or(0),
            most: limit("maxItems"),
            unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
        }
    }
}

impl<'d> ObjectFacts<'d> {
    fn new(schema: &'d Value) -> Self {
        let declared = schema.get("properties").and_then(Value::as_object);
        let properties = || declared.into_iter().flatten();
        let required: Vec<&str> = required(schema).collect();
        Self {
            declared,
            properties: properties()
                .map(|(key, property)| (key.as_str(), property, required.contains(&key.as_str())))
                .collect(),
            required,
            patterns: schema.get("patternProperties").and_then(Value::as_object),
            additional: match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => Additional::Refused,
                None => Additional::Ignored,
                Some(value) => Additional::Fits(value),
            },
            has_defaults: properties().any(|(_, property)| property.get("default").is_some()),
            counted: schema.get("minProperties").is_some() || schema.get("maxProperties").is_some(),
            aliases: properties()
                .flat_map(|(key, property)| aliases(property).map(|alias| (alias, key.as_str())))
                .collect(),
            forms: OnceCell::new(),
        }
    }

    pub(crate) fn requires(&self, key: &str) -> bool {
        self.required.contains(&key)
    }

    pub(crate) fn declares(&self, key: &str) -> bool {
        self.declared.is_some_and(|declared| declared.contains_key(key))
    }

    /// Whether a property has this name or alias, however it is spelled.
    pub(crate) fn recognises(&self, key: &str) -> bool {
        self.named(key).is_some() || !self.spelled(key).is_empty()
    }

    /// The property of this name or alias.
    pub(crate) fn named(&self, key: &str) -> Option<&'d str> {
        let declared = self.declared.and_then(|declared| declared.get_key_value(key));
        // A name that two properties share is nobody's.
        let alias = || {
            let mut owners = self.aliases.iter().filter(|(alias, _)| *alias == key);
            match (owners.next(), owners.next()) {
                (Some((_, owner)), None) => Some(*owner),
                _ => None,
            }
        };
        declared.map(|(key, _)| key.as_str()).or_else(alias)
    }

    /// The properties whose names or aliases are this key in another spelling.
    pub(crate) fn spelled(&self, key: &str) -> &[&'d str] {
        let forms = self.forms.get_or_init(|| {
            let mut forms = KeyForms::default();
            let names = self.declared.into_iter().flat_map(Map::keys).map(|key| (&**key, &**key));
            for (name, key) in names.chain(self.aliases.iter().copied()) {
                let form = same_form(name);
                forms.longest = forms.longest.max(form.len());
                let keys: &mut Vec<&'d str> = forms.keys.entry(form).or_default();
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            forms
        });
        // All letters and digits of a key are in its form.
        let shortest = key.bytes().filter(u8::is_ascii_alphanumeric).count();
        if shortest > forms.longest {
            return &[];
        }
        forms.keys.get(&same_form(key)).map_or(&[], Vec::as_slice)
    }
}

/// Keys by the form in which their spellings are equal.
#[derive(Debug, Default)]
struct KeyForms<'d> {
    keys: HashMap<String, Vec<&'d str>>,
    longest: usize,
}

impl<'d> Union<'d> {
    /// The key that tells the variants apart by a constant of its own in each, if there is one.
    pub(crate) fn tag(&self, schemas: &Schemas<'d>) -> Result<Option<&Tag<'d>>, ParseError> {
        if let Some(known) = self.tag.get() {
            return Ok(known.as_ref());
        }
        let found = self.find_tag(schemas)?;
        Ok(self.tag.get_or_init(|| found).as_ref())
    }

    fn find_tag(&self, schemas: &Schemas<'d>) -> Result<Option<Tag<'d>>, ParseError> {
        let objects: Option<Vec<&ObjectFacts<'d>>> =
            self.variants.iter().map(|variant| variant.object()).collect();
        let Some(objects) = objects else { return Ok(None) };
        let Some(first) = objects.first().and_then(|first| first.declared) else {
            return Ok(None);
        };
        for key in first.keys() {
            let mut names: Vec<Choice<'d>> = Vec::with_capacity(objects.len());
            for object in &objects {
                let property = object.declared.and_then(|declared| declared.get(key));
                let Some(property) = property.filter(|_| object.requires(key)) else {
                    break;
                };
                match &*schemas.facts(property)?.shape {
                    Shape::Choices(choices) => match choices.members.as_slice() {
                        [only] if only.value.is_string() => names.push(only.clone()),
                        _ => break,
                    },
                    _ => break,
                }
            }
            let mut seen = std::collections::HashSet::new();
            let distinct = names.iter().all(|name| seen.insert(&*name.label));
            if names.len() == objects.len() && distinct {
                return Ok(Some(Tag { key, names: Choices::new(names) }));
            }
        }
        Ok(None)
    }
}
