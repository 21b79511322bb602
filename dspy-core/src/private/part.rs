//! The generated structs: a signature's inputs and outputs, a module's input.
//!
//! Their impls reach each field through [`FieldAt`], which a struct beside them implements once per
//! field. A type that cannot be a field therefore fails in one place, under the user's own tokens,
//! and not again in every impl.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;

use schemars::{Schema, SchemaGenerator};
use serde::de::value::Error as AnyError;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, forward_to_deserialize_any};
use serde_json::{Map, Value};

use crate::schema;
use crate::schema::bound::{Bound, bounded, set};
use crate::signature::{Data, Field};
use crate::wire;

/// What the fields of generated structs are made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a signature, nor an argument of `forward`",
    label = "not a data type",
    note = "put `#[dspy::data]` on your type, or derive `Clone`, `Debug`, `serde::Serialize`, `serde::Deserialize` and `schemars::JsonSchema` for it"
)]
pub trait FieldType: Data + Debug {}

// Without this, rustc would name the missing derives one by one.
#[diagnostic::do_not_recommend]
impl<T: Data + Debug> FieldType for T {}

/// A struct whose `N`th field has this type.
pub trait FieldAt<const N: usize> {
    /// The field's type.
    type Type;

    /// What can be done with it. An impl calls [`access`], which demands a [`FieldType`]; whoever
    /// uses the impl need not demand it again.
    fn access() -> impl Access<Self::Type>;
}

/// What can be done with a field's value.
pub trait Access<T> {
    /// A copy.
    fn clone(&self, field: &T) -> T;
    /// Something that can be printed.
    fn debug<'f>(&self, field: &'f T) -> &'f dyn Debug;
    /// Writes the value.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize<S: Serializer>(&self, field: &T, serializer: S) -> Result<S::Ok, S::Error>;
    /// Reads a value.
    ///
    /// # Errors
    /// Those of the deserializer.
    fn deserialize<'de, D: Deserializer<'de>>(&self, deserializer: D) -> Result<T, D::Error>;
    /// A field of the type.
    fn field(&self, name: &str) -> Field;
    /// The type's JSON Schema as part of another.
    fn subschema(&self, generator: &mut SchemaGenerator) -> Value;
    /// Whether serde makes a value where a field is absent, as it does for `Option`.
    fn may_be_absent(&self) -> bool;
}

struct Known<T>(PhantomData<fn() -> T>);

impl<T: FieldType> Access<T> for Known<T> {
    fn clone(&self, field: &T) -> T {
        field.clone()
    }

    fn debug<'f>(&self, field: &'f T) -> &'f dyn Debug {
        field
    }

    fn serialize<S: Serializer>(&self, field: &T, serializer: S) -> Result<S::Ok, S::Error> {
        field.serialize(serializer)
    }

    fn deserialize<'de, D: Deserializer<'de>>(&self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }

    fn field(&self, name: &str) -> Field {
        Field::of::<T>(name)
    }

    fn subschema(&self, generator: &mut SchemaGenerator) -> Value {
        generator.subschema_for::<T>().to_value()
    }

    fn may_be_absent(&self) -> bool {
        T::deserialize(Absent).is_ok()
    }
}

/// What can be done with values of the type. Fails to compile where it is no field type.
pub fn access<T: FieldType>() -> impl Access<T> {
    Known(PhantomData)
}

/// A field's value while its struct is being read.
#[allow(missing_debug_implementations)] // lives inside one generated function
pub struct Slot<P: FieldAt<N>, const N: usize>(pub P::Type);

impl<'de, P: FieldAt<N>, const N: usize> Deserialize<'de> for Slot<P, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        P::access().deserialize(deserializer).map(Self)
    }
}

/// A field's value while its struct is being written.
#[allow(missing_debug_implementations)] // lives inside one generated function
pub struct SlotRef<'f, P: FieldAt<N>, const N: usize>(pub &'f P::Type);

impl<P: FieldAt<N>, const N: usize> Serialize for SlotRef<'_, P, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        P::access().serialize(self.0, serializer)
    }
}

/// A copy of a field's value.
pub fn clone<P: FieldAt<N>, const N: usize>(field: &P::Type) -> P::Type {
    P::access().clone(field)
}

/// A field's value as something that can be printed.
pub fn debug<P: FieldAt<N>, const N: usize>(field: &P::Type) -> &dyn Debug {
    P::access().debug(field)
}

/// A field's value as JSON; `None` for one that is no JSON, such as a map with odd keys.
pub fn value<P: FieldAt<N>, const N: usize>(field: &P::Type) -> Option<Value> {
    wire::to_value(&SlotRef::<P, N>(field)).ok()
}

/// Values of a field as JSON; those that are no JSON are left out.
pub fn values<P: FieldAt<N>, const N: usize>(fields: &[P::Type]) -> Vec<Value> {
    fields.iter().filter_map(value::<P, N>).collect()
}

/// A signature's field: name, description, type, limits and default.
pub fn describe<P: FieldAt<N>, const N: usize>(
    name: &str,
    desc: &str,
    bounds: impl IntoIterator<Item = Bound>,
    default: Option<Value>,
) -> Field {
    let field = P::access().field(name).changed_to(|schema| bounded(schema, bounds));
    let field = field.with_desc(desc);
    match default {
        Some(default) => field.with_default(default),
        None => field,
    }
}

/// The JSON Schema of a generated struct, field by field.
#[derive(Debug, Default)]
pub struct ObjectSchema {
    about: Option<&'static str>,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl ObjectSchema {
    /// Adds a field. One with a default is never required, even where the default is no JSON.
    #[must_use]
    pub fn field<P: FieldAt<N>, const N: usize>(
        mut self,
        generator: &mut SchemaGenerator,
        name: &'static str,
        desc: &str,
        bounds: impl IntoIterator<Item = Bound>,
        has_default: bool,
        default: Option<Value>,
    ) -> Self {
        let mut schema = bounded(P::access().subschema(generator), bounds);
        let is_required = !has_default && !P::access().may_be_absent();
        let keywords =
            [("description", (!desc.is_empty()).then(|| Value::from(desc))), ("default", default)];
        for (keyword, value) in keywords {
            let Some(value) = value else { continue };
            set(&mut schema, keyword, value);
        }
        if is_required {
            self.required.push(Value::from(name));
        }
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// Adds examples to a field that was added before.
    #[must_use]
    pub fn examples(mut self, name: &str, examples: Vec<Value>) -> Self {
        if let Some(schema) = self.properties.get_mut(name) {
            set(schema, "examples", Value::Array(examples));
        }
        self
    }

    /// Adds one more name under which a field may be given.
    #[must_use]
    pub fn alias(mut self, name: &str, alias: &'static str) -> Self {
        if let Some(schema) = self.properties.get_mut(name) {
            if !schema.is_object() {
                *schema = Value::Object(Map::new());
            }
            let aliases = schema.as_object_mut().map(|object| {
                object.entry(schema::ALIASES).or_insert_with(|| Value::Array(Vec::new()))
            });
            if let Some(Value::Array(aliases)) = aliases {
                aliases.push(Value::from(alias));
            }
        }
        self
    }

    /// Adds words about the whole.
    #[must_use]
    pub fn about(mut self, text: &'static str) -> Self {
        self.about = Some(text).filter(|text| !text.is_empty());
        self
    }

    /// The schema of the struct.
    pub fn finish(self) -> Schema {
        let mut schema = Schema::default();
        if let Some(about) = self.about {
            schema.insert("description".to_owned(), Value::from(about));
        }
        schema.insert("type".to_owned(), Value::from("object"));
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        schema
    }

    /// A name for the schema of a generic struct, from its own and those of its parameters.
    pub fn name_of(base: &str, parameters: &[Cow<'static, str>]) -> Cow<'static, str> {
        format!("{base}_for_{}", parameters.join("_and_")).into()
    }
}

/// A field that is not there.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = AnyError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, AnyError> {
        Err(AnyError::custom("the field is absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnyError> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
