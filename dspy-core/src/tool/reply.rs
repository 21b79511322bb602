//! What the code behind a tool may give.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::wire;

/// What a closure behind a tool may give: a text, a number, a boolean, a list, a map, any JSON,
/// nothing, or a `Result` of any data with an error that can be printed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tool's result as it is",
    label = "neither a `Result` nor a text, a number, a list or a map",
    note = "give a `Result` of it: `Ok::<_, dspy::tool::ToolError>(value)`; a type of your own needs serde's `Serialize`, which `#[dspy::data]` derives"
)]
pub trait ToolReply {
    /// The value, or what went wrong in words for the model.
    ///
    /// # Errors
    /// The failure, in words.
    fn into_reply(self) -> Result<Value, String>;
}

impl<T: Serialize, E: Display> ToolReply for Result<T, E> {
    fn into_reply(self) -> Result<Value, String> {
        match self {
            Ok(value) => written(&value),
            // Errors that hold their causes print them in this form.
            Err(error) => Err(format!("{error:#}")),
        }
    }
}

fn written(value: &(impl Serialize + ?Sized)) -> Result<Value, String> {
    wire::to_value(value).map_err(|error| format!("its result cannot be written as JSON: {error}"))
}

macro_rules! replies {
    ($({$($generics:tt)*} $type:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> ToolReply for $type {
            fn into_reply(self) -> Result<Value, String> {
                written(&self)
            }
        }
    )*};
}

replies! {
    {} ();
    {} bool;
    {} char;
    {} i8;
    {} i16;
    {} i32;
    {} i64;
    {} i128;
    {} isize;
    {} u8;
    {} u16;
    {} u32;
    {} u64;
    {} u128;
    {} usize;
    {} f32;
    {} f64;
    {} &'static str;
    {} String;
    {} Value;
    {} Map<String, Value>;
    {T: Serialize} Option<T>;
    {T: Serialize} Vec<T>;
    {K: Serialize, V: Serialize} BTreeMap<K, V>;
    {K: Serialize, V: Serialize, S} HashMap<K, V, S>;
}

/// What a function under `#[tool]` gives: anything that can be written as JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tool's result",
    label = "cannot be written as JSON",
    note = "put `#[dspy::data]` on your type, or derive `serde::Serialize` for it; an error needs `std::fmt::Display`"
)]
pub trait Shown {
    /// The value as JSON.
    ///
    /// # Errors
    /// Why it is none, in words.
    fn shown(&self) -> Result<Value, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Shown for T {
    fn shown(&self) -> Result<Value, String> {
        written(self)
    }
}

/// A function under `#[tool]` that cannot fail.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// A function under `#[tool]` that gives a `Result`.
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// Tells a function that cannot fail by what it gives.
pub trait PlainReply {
    /// The kind.
    fn tool_reply(&self) -> Plain {
        Plain
    }
}

/// Tells a function that gives a `Result`.
pub trait FallibleReply {
    /// The kind.
    fn tool_reply(&self) -> Fallible {
        Fallible
    }
}

// A method of the type itself is found before one of a reference to it: a `Result` is fallible.
impl<T> PlainReply for &T {}
impl<T, E> FallibleReply for Result<T, E> {}

impl Plain {
    /// The reply.
    ///
    /// # Errors
    /// A value that JSON cannot hold.
    pub fn of<T: Shown>(self, value: T) -> Result<Value, String> {
        value.shown()
    }
}

impl Fallible {
    /// The reply.
    ///
    /// # Errors
    /// The function's own error, or a value that JSON cannot hold.
    pub fn of<T: Shown, E: Display>(self, value: Result<T, E>) -> Result<Value, String> {
        match value {
            Ok(value) => value.shown(),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}
