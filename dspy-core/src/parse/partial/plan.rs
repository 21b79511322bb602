//! What is shown of which part of a value while it is being written.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::parse::error::ParseError;
use crate::parse::schemas::{Additional, Facts, Schemas, Shape, aliases};
use crate::parse::words::same_form;

/// The place of a part in the plan.
pub(super) type PartId = usize;

/// All parts of a schema; the first is the root.
#[derive(Debug)]
pub(super) struct Plan {
    parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// Whether a word such as `None` may turn out to stand for null.
    pub(super) nullable: bool,
    /// Where the schema stands that a complete value has to fit.
    pub(super) pointer: String,
}

/// How a part is shown.
#[derive(Debug)]
pub(super) enum Kind {
    /// As it grows.
    Text,
    /// When it is complete.
    Held,
    /// Item by item.
    List(PartId),
    /// Key by key.
    Object(Keys),
    /// Key by key, whatever the keys are.
    Map(PartId),
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    exact: HashMap<String, (String, PartId)>,
    forms: HashMap<String, Vec<String>>,
}

impl Keys {
    /// The declared name of a key, and its part; the spelling may differ if only one is meant.
    pub(super) fn find(&self, key: &str) -> Option<(&str, PartId)> {
        let found = self.exact.get(key).or_else(|| match self.forms.get(&same_form(key)) {
            Some(names) => match names.as_slice() {
                [only] => self.exact.get(only),
                _ => None,
            },
            None => None,
        });
        found.map(|(name, part)| (name.as_str(), *part))
    }
}

impl Plan {
    pub(super) fn new(document: &Value) -> Result<Self, ParseError> {
        let schemas = Schemas::new(document);
        let mut maker = Maker { schemas: &schemas, ids: HashMap::new(), queue: Vec::new() };
        maker.id(document, String::new())?;
        let mut parts = Vec::new();
        while let Some(place) = maker.queue.get(parts.len()).cloned() {
            let kind = maker.kind(&place)?;
            parts.push(Part { kind, nullable: place.nullable, pointer: place.outer });
        }
        Ok(Self { parts })
    }

    pub(super) fn part(&self, id: PartId) -> Option<&Part> {
        self.parts.get(id)
    }
}

struct Maker<'s, 'd> {
    schemas: &'s Schemas<'d>,
    /// The part of each schema, by its address in the document and whether it may be null.
    ids: HashMap<(usize, bool), PartId>,
    queue: Vec<Place<'d>>,
}

/// A schema, and where it stands.
#[derive(Clone)]
struct Place<'d> {
    facts: Rc<Facts<'d>>,
    nullable: bool,
    /// Where it stands.
    pointer: String,
    /// Where the union with null stands that it is a part of, or the same.
    outer: String,
}

impl<'d> Maker<'_, 'd> {
    fn id(&mut self, schema: &'d Value, pointer: String) -> Result<PartId, ParseError> {
        let (schema, outer) = self.follow(schema, pointer)?;
        let (inner, pointer) = match not_null(schema) {
            Some((word, index, part)) => self.follow(part, format!("{outer}/{word}/{index}"))?,
            None => (schema, outer.clone()),
        };
        let facts = self.schemas.facts(inner)?;
        let nullable = facts.nullable || !std::ptr::eq(inner, schema);
        let key = (std::ptr::from_ref(inner) as usize, nullable);
        if let Some(id) = self.ids.get(&key) {
            return Ok(*id);
        }
        let id = self.queue.len();
        self.ids.insert(key, id);
        self.queue.push(Place { facts, nullable, pointer, outer });
        Ok(id)
    }

    /// Follows references, keeping track of where they lead.
    fn follow(
        &self,
        schema: &'d Value,
        pointer: String,
    ) -> Result<(&'d Value, String), ParseError> {
        let (mut schema, mut pointer) = (schema, pointer);
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            // Finds references without an end as well.
            self.schemas.resolve(schema)?;
            pointer = reference.trim_start_matches('#').to_owned();
            match self.schemas.root().pointer(&pointer) {
                Some(target) => schema = target,
                None => break,
            }
        }
        Ok((schema, pointer))
    }

    fn kind(&mut self, place: &Place<'d>) -> Result<Kind, ParseError> {
        let (schema, pointer) = (place.facts.schema, &place.pointer);
        Ok(match &*place.facts.shape {
            // A date that is half written is another date.
            Shape::Text if schema.get("format").is_none() && schema.get("pattern").is_none() => {
                Kind::Text
            }
            Shape::List(list) if list.prefix.is_none() && !list.unique => match list.items {
                Some(items) => Kind::List(self.id(items, format!("{pointer}/items"))?),
                None => Kind::Held,
            },
            Shape::Object(object) => match (object.declared, object.additional) {
                (Some(declared), _) => Kind::Object(self.keys(declared, pointer)?),
                (None, Additional::Fits(value)) if object.patterns.is_none() => {
                    Kind::Map(self.id(value, format!("{pointer}/additionalProperties"))?)
                }
                _ => Kind::Held,
            },
            _ => Kind::Held,
        })
    }

    fn keys(
        &mut self,
        declared: &'d Map<String, Value>,
        pointer: &str,
    ) -> Result<Keys, ParseError> {
        let mut keys = Keys::default();
        for (name, property) in declared {
            let escaped = name.replace('~', "~0").replace('/', "~1");
            let id = self.id(property, format!("{pointer}/properties/{escaped}"))?;
            keys.exact.insert(name.clone(), (name.clone(), id));
            for alias in aliases(property) {
                keys.exact.entry(alias.to_owned()).or_insert_with(|| (name.clone(), id));
            }
            keys.forms.entry(same_form(name)).or_default().push(name.clone());
        }
        Ok(keys)
    }
}

/// The only part of a union beside null, and where it stands.
fn not_null(schema: &Value) -> Option<(&'static str, usize, &Value)> {
    for word in ["anyOf", "oneOf"] {
        let Some(Value::Array(parts)) = schema.get(word) else { continue };
        let mut rest = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| !part.get("type").is_some_and(|kind| kind == "null"));
        return match (rest.next(), rest.next()) {
            (Some((index, part)), None) if parts.len() > 1 => Some((word, index, part)),
            _ => None,
        };
    }
    None
}
