//! Variants of enums that carry data.

use serde::de::{
    Deserialize, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Error, Map, Value};

use super::reader::{self, Reader};

/// Reads `{"Variant": contents}`.
pub(super) fn read<'de, V: Visitor<'de>>(
    entries: Map<String, Value>,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut entries = entries.into_iter();
    match (entries.next(), entries.next()) {
        (Some((name, contents)), None) => visitor.visit_enum(Variant { name, contents }),
        _ => Err(Error::invalid_value(Unexpected::Map, &"an object with a single key")),
    }
}

struct Variant {
    name: String,
    contents: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Contents;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Contents), Error> {
        let name = seed.deserialize(self.name.into_deserializer())?;
        Ok((name, Contents(self.contents)))
    }
}

struct Contents(Value);

impl<'de> VariantAccess<'de> for Contents {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Reader(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) if items.is_empty() => visitor.visit_unit(),
            Value::Array(items) => reader::list(items, visitor),
            other => Err(unexpected(&other, "a list of the variant's values")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(entries) => reader::object(entries, visitor),
            other => Err(unexpected(&other, "an object of the variant's fields")),
        }
    }
}

fn unexpected(found: &Value, expected: &str) -> Error {
    let found = match found {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(_) => Unexpected::Other("a number"),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    Error::invalid_type(found, &expected)
}
