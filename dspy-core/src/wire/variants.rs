//! Variants of enums that carry data.

use std::borrow::Cow;

use serde::de::{
    Deserialize, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Error, Value};

use super::reader::{self, Entries, Items, Reader};

/// Reads `{"Variant": contents}`.
pub(super) fn read<'de, V: Visitor<'de>>(
    mut entries: Entries<'de>,
    visitor: V,
) -> Result<V::Value, Error> {
    match (entries.next(), entries.next()) {
        (Some((name, contents)), None) => visitor.visit_enum(Variant { name, contents }),
        _ => Err(Error::invalid_value(Unexpected::Map, &"an object with a single key")),
    }
}

struct Variant<'v> {
    name: Cow<'v, str>,
    contents: Cow<'v, Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Contents<'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Contents<'de>), Error> {
        let name = seed.deserialize(self.name.into_deserializer())?;
        Ok((name, Contents(self.contents)))
    }
}

struct Contents<'v>(Cow<'v, Value>);

impl<'de> VariantAccess<'de> for Contents<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Deserialize::deserialize(Reader(self.0))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Reader(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        match Items::of(self.0) {
            Ok(items) if items.len() == 0 => visitor.visit_unit(),
            Ok(items) => reader::list(items, visitor),
            Err(other) => Err(unexpected(&other, "a list of the variant's values")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match Entries::of(self.0) {
            Ok(entries) => reader::object(entries, visitor),
            Err(other) => Err(unexpected(&other, "an object of the variant's fields")),
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
