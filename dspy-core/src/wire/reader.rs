//! Values from JSON.

use std::borrow::Cow;
use std::{slice, vec};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Map, Value};

use super::keys::Key;
use super::{OWN, variants};

/// Reads one value.
///
/// What holds other values is read here, so that those inside come here again; the rest is as
/// `serde_json` reads it. A value that is borrowed stays as it is.
pub(super) struct Reader<'v>(pub(super) Cow<'v, Value>);

/// Calls a method of `serde_json`'s own reader.
macro_rules! own {
    ($value:expr, $method:ident($($argument:expr),*)) => {
        match $value {
            Cow::Owned(value) => value.$method($($argument),*),
            Cow::Borrowed(value) => value.$method($($argument),*),
        }
    };
}

macro_rules! as_serde_json {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            own!(self.0, $method(visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Error;

    as_serde_json! {
        deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match Items::of(self.0).map_err(Entries::of) {
            Ok(items) => list(items, visitor),
            Err(Ok(entries)) => object(entries, visitor),
            Err(Err(scalar)) => own!(scalar, deserialize_any(visitor)),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match digits(&self.0) {
            Some(number) => visitor.visit_i128(number),
            None => own!(self.0, deserialize_i128(visitor)),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match digits(&self.0) {
            Some(number) => visitor.visit_u128(number),
            None => own!(self.0, deserialize_u128(visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name.starts_with(OWN) {
            return own!(self.0, deserialize_newtype_struct(name, visitor));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match Items::of(self.0) {
            Ok(items) => list(items, visitor),
            Err(other) => own!(other, deserialize_seq(visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match Entries::of(self.0) {
            Ok(entries) => object(entries, visitor),
            Err(other) => own!(other, deserialize_map(visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match Items::of(self.0).map_err(Entries::of) {
            Ok(items) => list(items, visitor),
            Err(Ok(entries)) => object(entries, visitor),
            Err(Err(other)) => own!(other, deserialize_struct(name, fields, visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match Entries::of(self.0) {
            Ok(entries) => variants::read(entries, visitor),
            Err(other) => own!(other, deserialize_enum(name, known, visitor)),
        }
    }
}

/// Reads an object as if it did not have one of its entries.
pub(super) struct Without<'v> {
    pub(super) entries: &'v Map<String, Value>,
    pub(super) name: &'v str,
}

impl<'de> Deserializer<'de> for Without<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        object(Entries::Except(self.entries.iter(), Some(self.name)), visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The integer that a text of digits is.
fn digits<N: std::str::FromStr>(value: &Value) -> Option<N> {
    value.as_str().filter(|text| !text.starts_with('+')).and_then(|text| text.parse().ok())
}

/// Reads a list, all of it.
pub(super) fn list<'de, V: Visitor<'de>>(
    mut items: Items<'de>,
    visitor: V,
) -> Result<V::Value, Error> {
    let length = items.len();
    let value = visitor.visit_seq(&mut items)?;
    if items.len() > 0 {
        return Err(Error::invalid_length(length, &"fewer items in the list"));
    }
    Ok(value)
}

/// Reads an object, all of it.
pub(super) fn object<'de, V: Visitor<'de>>(
    entries: Entries<'de>,
    visitor: V,
) -> Result<V::Value, Error> {
    let length = entries.len();
    let mut pairs = Pairs { rest: entries, value: None };
    let value = visitor.visit_map(&mut pairs)?;
    if pairs.rest.len() > 0 {
        return Err(Error::invalid_length(length, &"fewer entries in the object"));
    }
    Ok(value)
}

/// The items of a list.
pub(super) enum Items<'v> {
    Owned(vec::IntoIter<Value>),
    Borrowed(slice::Iter<'v, Value>),
}

impl<'v> Items<'v> {
    /// Those of the value, if it is a list; else the value.
    pub(super) fn of(value: Cow<'v, Value>) -> Result<Self, Cow<'v, Value>> {
        match value {
            Cow::Owned(Value::Array(items)) => Ok(Self::Owned(items.into_iter())),
            Cow::Borrowed(Value::Array(items)) => Ok(Self::Borrowed(items.iter())),
            other => Err(other),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Owned(items) => items.len(),
            Self::Borrowed(items) => items.len(),
        }
    }

    fn next(&mut self) -> Option<Cow<'v, Value>> {
        match self {
            Self::Owned(items) => items.next().map(Cow::Owned),
            Self::Borrowed(items) => items.next().map(Cow::Borrowed),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// The entries of an object.
pub(super) enum Entries<'v> {
    Owned(<Map<String, Value> as IntoIterator>::IntoIter),
    Borrowed(<&'v Map<String, Value> as IntoIterator>::IntoIter),
    /// All but one, which is there.
    Except(<&'v Map<String, Value> as IntoIterator>::IntoIter, Option<&'v str>),
}

/// A key and its value.
pub(super) type Entry<'v> = (Cow<'v, str>, Cow<'v, Value>);

impl<'v> Entries<'v> {
    /// Those of the value, if it is an object; else the value.
    pub(super) fn of(value: Cow<'v, Value>) -> Result<Self, Cow<'v, Value>> {
        match value {
            Cow::Owned(Value::Object(entries)) => Ok(Self::Owned(entries.into_iter())),
            Cow::Borrowed(Value::Object(entries)) => Ok(Self::Borrowed(entries.iter())),
            other => Err(other),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Owned(entries) => entries.len(),
            Self::Borrowed(entries) => entries.len(),
            Self::Except(entries, left_out) => {
                entries.len().saturating_sub(usize::from(left_out.is_some()))
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<Entry<'v>> {
        let borrowed = |(key, value): (&'v String, &'v Value)| {
            (Cow::Borrowed(key.as_str()), Cow::Borrowed(value))
        };
        match self {
            Self::Owned(entries) => {
                entries.next().map(|(key, value)| (Cow::Owned(key), Cow::Owned(value)))
            }
            Self::Borrowed(entries) => entries.next().map(borrowed),
            Self::Except(entries, left_out) => {
                let mut entry = entries.next()?;
                if left_out.is_some_and(|name| name == entry.0) {
                    *left_out = None;
                    entry = entries.next()?;
                }
                Some(borrowed(entry))
            }
        }
    }
}

/// Entries being read, each key before its value.
struct Pairs<'v> {
    rest: Entries<'v>,
    value: Option<Cow<'v, Value>>,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(Reader(value)),
            None => Err(Error::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
