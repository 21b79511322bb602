//! What may be handed to `call`: the input struct, or a single input's value.

use std::borrow::Cow;

use serde_json::Value;

use super::Fields;

/// Everything that `call` accepts for the input `I`.
///
/// The input struct itself, or, for an input of one field, anything that fits the field's type
/// without loss: `&str` for `String`, `i32` for `i64` or `f64`. For an input without fields it is
/// `()`. `Via` tells the ways apart and is inferred.
#[diagnostic::on_unimplemented(
    message = "this program takes `{I}`, not `{Self}`",
    label = "expected `{I}`",
    note = "write the struct, `{I} {{ … }}`; a program with a single input also takes that input's value, where it fits without loss"
)]
pub trait IntoInput<I, Via> {
    /// The input.
    fn into_input(self) -> I;
}

#[diagnostic::do_not_recommend]
impl<I: Accepts<T, Via>, T, Via> IntoInput<I, Via> for T {
    fn into_input(self) -> I {
        I::accept(self)
    }
}

/// Input structs that can be made of a `T`. The other side of [`IntoInput`], made by the macros.
pub trait Accepts<T, Via>: Sized {
    /// The input struct.
    fn accept(given: T) -> Self;
}

impl<I> Accepts<I, AsIs> for I {
    fn accept(given: I) -> I {
        given
    }
}

/// Marks an input given as its own struct.
#[derive(Debug)]
pub enum AsIs {}

/// Marks an input given as the value of its only field, or as a tuple of the values of all fields
/// where the signature has no name.
#[derive(Debug)]
pub enum FromField {}

/// Marks the input of a dynamic signature given as pairs of name and value.
#[derive(Debug)]
pub enum FromPairs {}

impl<N: Into<String>, V: Into<Value>, const LENGTH: usize> Accepts<[(N, V); LENGTH], FromPairs>
    for Fields
{
    fn accept(given: [(N, V); LENGTH]) -> Self {
        given.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}

/// A lossless conversion into a field's type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a field of type `{F}`",
    label = "expected `{F}`, or something that converts into it without loss"
)]
pub trait IntoField<F> {
    /// The field's value.
    fn into_field(self) -> F;
}

impl<F> IntoField<F> for F {
    fn into_field(self) -> F {
        self
    }
}

macro_rules! into_field {
    ($($target:ty: $($source:ty),+;)*) => {$($(
        impl IntoField<$target> for $source {
            fn into_field(self) -> $target {
                self.into()
            }
        }
    )+)*};
}

into_field! {
    String: &str, &String, Cow<'_, str>, Box<str>, char;
    f64: f32, i8, i16, i32, u8, u16, u32;
    f32: i8, i16, u8, u16;
    i128: i8, i16, i32, i64, u8, u16, u32, u64;
    u128: u8, u16, u32, u64;
    i64: i8, i16, i32, u8, u16, u32;
    u64: u8, u16, u32;
    i32: i8, i16, u8, u16;
    u32: u8, u16;
    i16: i8, u8;
    u16: u8;
}

impl IntoField<Vec<String>> for &[&str] {
    fn into_field(self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

impl IntoField<Vec<String>> for Vec<&str> {
    fn into_field(self) -> Vec<String> {
        self.into_iter().map(str::to_owned).collect()
    }
}

impl<const N: usize> IntoField<Vec<String>> for [&str; N] {
    fn into_field(self) -> Vec<String> {
        self.into_iter().map(str::to_owned).collect()
    }
}

impl<F> IntoField<Option<F>> for F {
    fn into_field(self) -> Option<F> {
        Some(self)
    }
}

impl IntoField<Option<String>> for &str {
    fn into_field(self) -> Option<String> {
        Some(self.to_owned())
    }
}
