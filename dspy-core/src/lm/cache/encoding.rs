//! Values as bytes for hashing: quicker than JSON, and as unambiguous.
//!
//! Each value begins with a letter for its kind. Texts carry their length, groups end with a mark,
//! numbers have a fixed width; so no two values have the same bytes.

use std::fmt;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// The bytes of a value.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, fmt::Error> {
    let mut bytes = Vec::with_capacity(4096);
    value.serialize(Writer(&mut bytes))?;
    Ok(bytes)
}

struct Writer<'a>(&'a mut Vec<u8>);

/// A list, an object or a variant that is being written; its end is marked.
struct Group<'a>(&'a mut Vec<u8>);

const END: u8 = b'.';

impl<'a> Writer<'a> {
    fn put<const N: usize>(self, kind: u8, bytes: [u8; N]) {
        self.0.push(kind);
        self.0.extend_from_slice(&bytes);
    }

    fn put_text(self, kind: u8, text: &[u8]) {
        self.0.push(kind);
        // Seven bits at a time: nearly all texts are names, and each byte has to be hashed.
        let mut length = text.len();
        while length > 0x7F {
            self.0.push((length & 0x7F) as u8 | 0x80);
            length >>= 7;
        }
        self.0.push((length & 0x7F) as u8);
        self.0.extend_from_slice(text);
    }

    fn begin(self, kind: u8) -> Group<'a> {
        self.0.push(kind);
        Group(self.0)
    }

    fn begin_variant(self, name: &str) -> Group<'a> {
        Writer(self.0).put_text(b'v', name.as_bytes());
        Group(self.0)
    }
}

impl Group<'_> {
    fn add(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), fmt::Error> {
        value.serialize(Writer(self.0))
    }

    fn add_named(
        &mut self,
        name: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), fmt::Error> {
        Writer(self.0).put_text(b'k', name.as_bytes());
        self.add(value)
    }

    fn close(self) {
        self.0.push(END);
    }
}

macro_rules! numbers {
    ($($method:ident $type:ty, $kind:literal;)*) => {
        $(fn $method(self, value: $type) -> Result<(), fmt::Error> {
            self.put($kind, value.to_le_bytes());
            Ok(())
        })*
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Group<'a>;
    type SerializeTuple = Group<'a>;
    type SerializeTupleStruct = Group<'a>;
    type SerializeTupleVariant = Group<'a>;
    type SerializeMap = Group<'a>;
    type SerializeStruct = Group<'a>;
    type SerializeStructVariant = Group<'a>;

    numbers! {
        serialize_i8 i8, b'a';
        serialize_i16 i16, b'b';
        serialize_i32 i32, b'c';
        serialize_i64 i64, b'i';
        serialize_i128 i128, b'I';
        serialize_u8 u8, b'e';
        serialize_u16 u16, b'g';
        serialize_u32 u32, b'h';
        serialize_u64 u64, b'u';
        serialize_u128 u128, b'U';
        serialize_f32 f32, b'f';
        serialize_f64 f64, b'd';
    }

    fn serialize_bool(self, value: bool) -> Result<(), fmt::Error> {
        self.put(b'B', [u8::from(value)]);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), fmt::Error> {
        self.put(b'C', u32::from(value).to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), fmt::Error> {
        self.put_text(b's', value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), fmt::Error> {
        self.put_text(b'y', value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), fmt::Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        // As serde has it elsewhere, `Some(x)` is `x`.
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), fmt::Error> {
        self.put(b'n', []);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), fmt::Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), fmt::Error> {
        self.begin_variant(variant).close();
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        let mut group = self.begin_variant(variant);
        group.add(value)?;
        group.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin(b'['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin(b'['))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin(b'['))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin_variant(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin(b'{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin(b'{'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Group<'a>, fmt::Error> {
        Ok(self.begin_variant(variant))
    }

    fn is_human_readable(&self) -> bool {
        // So that values look as they do in JSON.
        true
    }
}

macro_rules! lists {
    ($($kind:ident $method:ident;)*) => {
        $(impl $kind for Group<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
                self.add(value)
            }

            fn end(self) -> Result<(), fmt::Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

macro_rules! objects {
    ($($kind:ident)*) => {
        $(impl $kind for Group<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), fmt::Error> {
                self.add_named(name, value)
            }

            fn end(self) -> Result<(), fmt::Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}
objects!(SerializeStruct SerializeStructVariant);

impl SerializeMap for Group<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        self.add(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.add(value)
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.close();
        Ok(())
    }
}
