//! The keys of maps, which JSON writes as text whatever their type.

use std::borrow::Cow;

use serde::de::value::CowStrDeserializer;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::de::IoRead;
use serde_json::{Error, Value};

/// A key as text: `serde_json`'s own words for keys, which know all widths of integers.
pub(super) fn written<T: Serialize + ?Sized>(key: &T) -> Result<String, Error> {
    match serde_json::to_value(Only(key))? {
        Value::Object(map) => map.into_iter().next().map(|(key, _)| key),
        _ => None,
    }
    .ok_or_else(|| serde::ser::Error::custom("a map's key has no form as text"))
}

/// A map of one key.
struct Only<'k, K: ?Sized>(&'k K);

impl<K: Serialize + ?Sized> Serialize for Only<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &())?;
        map.end()
    }
}

/// Reads a key.
pub(super) struct Key<'v>(pub(super) Cow<'v, str>);

impl<'v> Key<'v> {
    fn text(self) -> CowStrDeserializer<'v, Error> {
        self.0.into_deserializer()
    }

    /// The text as a number and nothing else.
    fn digits(&self) -> Result<serde_json::Deserializer<IoRead<&[u8]>>, Error> {
        let text = self.0.as_ref();
        let begins = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if !begins || !text.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(Error::invalid_value(Unexpected::Str(text), &"a key that is a number"));
        }
        Ok(serde_json::Deserializer::from_reader(text.as_bytes()))
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let mut digits = self.digits()?;
            let number = digits.$method(visitor)?;
            digits.end()?;
            Ok(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Error;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text().deserialize_any(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_ref() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            other => Err(Error::invalid_type(Unexpected::Str(other), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.text().deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
