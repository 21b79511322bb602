//! Values to JSON.

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::value::Serializer as Own;
use serde_json::{Error, Map, Value};

use super::{OWN, to_value};

/// Writes one value.
pub(super) struct Writer;

impl Serializer for Writer {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Object;

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_i128(self, value: i128) -> Result<Value, Error> {
        Ok(match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => Value::from(value),
            (_, Ok(value)) => Value::from(value),
            _ => Value::from(value.to_string()),
        })
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_u128(self, value: u128) -> Result<Value, Error> {
        Ok(match u64::try_from(value) {
            Ok(value) => Value::from(value),
            Err(_) => Value::from(value.to_string()),
        })
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        finite(value.is_finite(), value)?;
        // The shortest digits that read back as this value: 0.1, not 0.10000000149011612.
        let shortest: f64 = value.to_string().parse().unwrap_or(f64::from(value));
        Ok(Value::from(shortest))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        finite(value.is_finite(), value)?;
        Ok(Value::from(value))
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        Ok(Value::from(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, Error> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(under(Some(variant), to_value(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Error> {
        Ok(List { variant: None, items: Vec::with_capacity(length.unwrap_or(0)) })
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List, Error> {
        Ok(List { variant: Some(variant), items: Vec::with_capacity(length) })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Object, Error> {
        let entries = Map::with_capacity(length.unwrap_or(0));
        Ok(Object { variant: None, entries, key: None })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Fields, Error> {
        Ok(if name.starts_with(OWN) {
            Fields::Own(Own.serialize_struct(name, length)?)
        } else {
            Fields::Written(self.serialize_map(Some(length))?)
        })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Object, Error> {
        let entries = Map::with_capacity(length);
        Ok(Object { variant: Some(variant), entries, key: None })
    }
}

fn finite(is_finite: bool, value: impl std::fmt::Display) -> Result<(), Error> {
    if is_finite {
        return Ok(());
    }
    Err(Error::custom(format_args!(
        "the number {value} has no form in JSON; use an `Option`, or a finite number"
    )))
}

/// The contents of an enum's variant stand under its name.
fn under(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => Map::from_iter([(variant.to_owned(), value)]).into(),
        None => value,
    }
}

/// A list, or the contents of a tuple variant.
pub(super) struct List {
    variant: Option<&'static str>,
    items: Vec<Value>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(to_value(value)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        Ok(under(self.variant, Value::Array(self.items)))
    }
}

/// A map, or the contents of a struct variant.
pub(super) struct Object {
    variant: Option<&'static str>,
    entries: Map<String, Value>,
    key: Option<String>,
}

impl Object {
    fn put<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Error> {
        self.entries.insert(key.to_owned(), to_value(value)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        Ok(under(self.variant, Value::Object(self.entries)))
    }
}

impl SerializeMap for Object {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(super::keys::written(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::custom("a map's value came before its key"));
        self.entries.insert(key?, to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        self.finish()
    }
}

/// The fields of a struct, or one of `serde_json`'s own types in disguise.
pub(super) enum Fields {
    Written(Object),
    Own(<Own as Serializer>::SerializeStruct),
}

impl SerializeStruct for Fields {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        match self {
            Self::Written(object) => object.put(key, value),
            Self::Own(own) => own.serialize_field(key, value),
        }
    }

    fn end(self) -> Result<Value, Error> {
        match self {
            Self::Written(object) => object.finish(),
            Self::Own(own) => SerializeStruct::end(own),
        }
    }
}

impl SerializeStructVariant for Object {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.put(key, value)
    }

    fn end(self) -> Result<Value, Error> {
        self.finish()
    }
}

macro_rules! list {
    ($($of:ident :: $push:ident),*) => {$(
        impl $of for List {
            type Ok = Value;
            type Error = Error;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        }
    )*};
}

list! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}
