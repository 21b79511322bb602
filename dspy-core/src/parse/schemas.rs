//! Reading a JSON Schema: what each part of it asks for, worked out once per part and answer.

mod choices;
mod facts;
mod merge;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use serde_json::Value;

use super::error::ParseError;
use super::reader::Vocabulary;

pub(crate) use crate::schema::aliases;
pub(crate) use choices::{Choice, Choices, Forms};
pub(crate) use facts::{Additional, Facts, ListFacts, ObjectFacts, Shape, Tag, Union};

/// The longest chain of references, and the deepest nesting of unions, that is followed.
const MAX_HOPS: usize = 32;

/// Where the document keeps parts that had to be put together.
const MERGED: &str = "$merged";

/// A schema document, against which references are resolved, and what is known of its parts.
#[derive(Debug)]
pub(crate) struct Schemas<'d> {
    root: &'d Value,
    /// By the address of the part, which stays where it is as long as the document is borrowed.
    facts: RefCell<HashMap<usize, Rc<Facts<'d>>, BuildHasherDefault<AddressHasher>>>,
    depth: Cell<usize>,
    known: OnceCell<Vocabulary>,
}

/// The kinds of value that a schema accepts, which decide how a text is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wants {
    pub(crate) text: bool,
    pub(crate) scalar: bool,
    /// A text of a known format, which is a scalar, too.
    pub(crate) formatted: bool,
    pub(crate) list: bool,
    pub(crate) object: bool,
    pub(crate) null: bool,
    pub(crate) anything: bool,
}

impl Wants {
    /// Whether nothing but text is wanted, or null.
    pub(crate) fn only_text(self) -> bool {
        self.text && !(self.scalar || self.list || self.object || self.anything)
    }
}

/// The document as this module reads it: what stands beside a `$ref`, an `allOf` or a union is
/// merged into what it stands beside.
pub(crate) fn plain(schema: &Value) -> Result<Cow<'_, Value>, ParseError> {
    merge::plain(schema)
}

impl<'d> Schemas<'d> {
    /// Over a document that [`plain`] has gone through.
    pub(crate) fn new(root: &'d Value) -> Self {
        Self { root, facts: RefCell::default(), depth: Cell::new(0), known: OnceCell::new() }
    }

    pub(crate) fn root(&self) -> &'d Value {
        self.root
    }

    /// What a part of the document asks for.
    pub(crate) fn facts(&self, schema: &'d Value) -> Result<Rc<Facts<'d>>, ParseError> {
        let address = std::ptr::from_ref(schema) as usize;
        if let Some(known) = self.facts.borrow().get(&address) {
            return Ok(Rc::clone(known));
        }
        if self.depth.get() > MAX_HOPS {
            return Err(faulty("its unions are nested too deeply"));
        }
        // What two references lead to is the same part.
        let target = self.resolve(schema)?;
        self.depth.set(self.depth.get() + 1);
        let facts = if std::ptr::eq(target, schema) {
            Facts::new(self, schema).map(Rc::new)
        } else {
            self.facts(target)
        };
        self.depth.set(self.depth.get() - 1);
        let facts = facts?;
        self.facts.borrow_mut().insert(address, Rc::clone(&facts));
        Ok(facts)
    }

    /// The schema that a chain of references leads to.
    pub(crate) fn resolve(&self, schema: &'d Value) -> Result<&'d Value, ParseError> {
        let mut current = schema;
        for _ in 0..MAX_HOPS {
            match current.get("$ref") {
                Some(reference) => current = lookup(self.root, reference)?,
                None => return Ok(current),
            }
        }
        Err(faulty("a `$ref` leads back to itself"))
    }

    /// Which kinds of value a part accepts.
    pub(crate) fn wants(&self, schema: &'d Value) -> Result<Wants, ParseError> {
        let mut wants = Wants::default();
        self.facts(schema)?.collect_wants(&mut wants);
        Ok(wants)
    }

    /// Every key that the document declares.
    pub(crate) fn known(&self) -> &Vocabulary {
        self.known.get_or_init(|| {
            let mut known = Vocabulary::default();
            let mut queue = vec![self.root];
            while let Some(next) = queue.pop() {
                match next {
                    Value::Object(map) => {
                        for (key, property) in
                            map.get("properties").and_then(Value::as_object).into_iter().flatten()
                        {
                            known.insert(key);
                            aliases(property).for_each(|alias| known.insert(alias));
                        }
                        queue.extend(map.values());
                    }
                    Value::Array(items) => queue.extend(items),
                    _ => {}
                }
            }
            known
        })
    }
}

/// The keys that an object schema requires.
pub(crate) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let list = schema.get("required").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn faulty(message: &str) -> ParseError {
    ParseError::Schema { message: message.to_owned() }
}

fn lookup<'d>(root: &'d Value, reference: &Value) -> Result<&'d Value, ParseError> {
    let text = reference.as_str().unwrap_or_default();
    text.strip_prefix('#')
        .and_then(|pointer| root.pointer(pointer))
        .ok_or_else(|| faulty(&format!("`$ref` {reference} points nowhere")))
}

/// The alternatives of a union.
fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].into_iter().find_map(|word| schema.get(word).and_then(Value::as_array))
}

/// Addresses are distinct already; they only have to be spread.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}
