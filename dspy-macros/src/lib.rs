//! The macros of the `dspy` crate. Depend on `dspy`, which re-exports them with examples.
//!
//! Each goes through the same stages: what was written (`syntax`), a checked `model` (`check`
//! reports every fault), the code (`emit`, which cannot fail).

// A macro reports faults; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod bound;
mod data;
mod diagnostics;
mod docs;
#[cfg(test)]
#[allow(clippy::panic)] // a test that cannot read its own item
mod expansion;
mod generics;
mod keys;
mod krate;
mod module;
mod parameters;
mod part;
mod place;
mod registry;
mod signature;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// `#[derive(Signature)]` makes a struct with named fields a signature.
///
/// # What it makes
///
/// For a struct `Qa`, with the same visibility:
///
/// - `QaInput` and `QaOutput`, structs of the `#[input]` and of the `#[output]` fields. Their
///   fields are public and keep their docs. They are `Clone`, `Debug`, serde's `Serialize` and
///   `Deserialize`, and schemars' `JsonSchema`.
/// - `impl Signature for Qa`, with the schema that prompts are made of. The struct's docs are the
///   instructions; without docs, the instructions name the fields.
/// - `impl SignatureRow for Qa`, so that `Qa` itself is a labelled row of a data set.
/// - `impl Accepts` for `QaInput` where there is one input, whose value may then be given to
///   `call` in place of the struct, or none, for which `()` is given.
///
/// Nothing is derived on `Qa` itself.
///
/// Docs become prompts byte for byte, but for one leading space and the indentation that all lines
/// share. `#[doc = include_str!("…")]` works, too.
///
/// # Attributes of the struct: `#[signature(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `instructions = "…"` | the instructions, in place of the docs; a macro such as `include_str!` may make the text |
/// | `name = "…"` | the task's name in files and reports; the struct's name by default |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Attributes of a field: `#[input(…)]` or `#[output(…)]`
///
/// Every field has exactly one of the two, with any of these keys:
///
/// | key | meaning |
/// |---|---|
/// | `desc = "…"` | the description, in place of the docs |
/// | `rename = "…"` | the name in prompts and files |
/// | `alias = "…"` | one more name under which files and models may give it; repeatable |
/// | `default` | where the value is missing, the type's `Default` stands in |
/// | `default = expr` | where the value is missing, this stands in |
/// | `ge`, `gt`, `le`, `lt` | bounds of a number: `#[output(ge = 0.0, le = 1.0)]` |
/// | `min_length`, `max_length` | bounds of a text's characters, a list's items, or a map's entries |
///
/// A field's type is anything that is `Clone`, `Debug`, `Serialize`, `Deserialize` and
/// `JsonSchema`; `#[dspy::data]` derives that for your own types. A bounded type of your own says
/// what it is by `impl dspy::schema::HasLength for …` or `impl dspy::schema::Numeric for …`.
///
/// Type parameters of the struct are held to the same. Lifetimes are refused.
#[proc_macro_derive(Signature, attributes(signature, input, output))]
pub fn derive_signature(input: TokenStream) -> TokenStream {
    signature::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// `#[derive(Parameters)]` lists the parameters inside a struct or enum: `impl Parameters`, which
/// walks into every field in declaration order.
///
/// It serves parts that have no `forward`, and structs whose fields `#[module]` cannot learn from
/// their uses; `#[module(derived)]` then leaves the list to it.
///
/// A field goes by its name in paths, or by its number, `[0]`, if it has none. Of an enum, the
/// fields of the variant it is are walked; the variant's name is not part of the path.
///
/// Every field must have a registry itself: predictors and modules do, and so do `Option`, `Box`,
/// `Vec`, arrays, tuples and maps of them. Scalars and `String` have one with nothing in it.
///
/// # Attributes of the type: `#[parameters(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Attributes of a field: `#[parameters(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `skip` | is not walked; its type needs no registry |
/// | `frozen` | is walked, saved and loaded, but left alone by optimizers |
/// | `rename = "…"` | the name in paths |
#[proc_macro_derive(Parameters, attributes(parameters))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    parameters::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// `#[module]` on an `impl` block with a `forward` method makes the type a module.
///
/// # What it makes
///
/// The block itself stays as it is. From
/// `pub async fn forward(&self, a: A, b: B) -> Result<T, E>` come:
///
/// - `PipelineInput`, for a type `Pipeline`: a public struct with a field per argument, readable by
///   serde, with a JSON Schema. Docs on an argument describe its field.
/// - `impl Module for Pipeline`, with the output `T`. Where `forward` returns a `Prediction<T>`,
///   the output is the `T` inside. `E` is any error; one of your own comes out as
///   `dspy::Error::User`.
/// - `impl Parameters for Pipeline`: the registry of its fields.
///
/// `forward` takes `&self` and up to twelve arguments, by value, of types that are data (see
/// `#[dspy::data]`). With one argument, `call` takes its value in place of the struct; with none,
/// `()`. The type must be `Clone`, and the future `Send`.
///
/// # The registry
///
/// The macro sees no struct, so it learns the fields from their uses in the block: every
/// `self.field`, also inside macro calls such as `join!`, and patterns `Self { field, .. }`. They are walked in the order of their
/// first use. A `cfg` that all uses of a field stand under is copied.
///
/// Every field must have a registry itself: predictors and modules do, and so do `Option`, `Box`,
/// `Vec`, arrays, tuples and maps of them. Scalars and `String` have one with nothing in it.
/// `Arc` of a module has none, for clones of a program must not share parameters.
///
/// ## error\[E0063\]: missing field `extra` in initializer of `Pipeline`
///
/// The struct has a field that the block does not use, so it would be missing from saved files and
/// out of reach of optimizers. Do one of these:
///
/// - `#[module(also(extra))]`, if it holds parameters: it is walked, too;
/// - `#[module(skip(extra))]`, if it does not;
/// - `#[derive(Parameters)]` on the struct and `#[module(derived)]` on the block: the derive sees
///   all fields. This also serves fields that come and go with a `cfg`, and fields reached through
///   `Deref`.
///
/// ## error\[E0071\]: expected struct, variant or union type, found `Pipeline`
///
/// The type is an enum, whose fields the macro cannot learn: use `#[derive(Parameters)]` and
/// `#[module(derived)]`.
///
/// ## error\[E0119\]: conflicting implementations of trait `Parameters`
///
/// The struct derives `Parameters` already: write `#[module(derived)]`.
///
/// ## error\[E0428\]: the name `PipelineInput` is defined multiple times
///
/// The type has two impls under `#[module]`. One type runs one `forward`; impls for several types of
/// one generic struct name their input structs: `#[module(input = Question)]`.
///
/// # Arguments
///
/// | key | meaning |
/// |---|---|
/// | `also(a, b)` | walks these fields, too |
/// | `skip(a, b)` | does not walk these fields; their types need no registry |
/// | `frozen(a, b)` | walks, saves and loads these, but optimizers leave them alone |
/// | `rename(a = "b")` | the name of a field in paths |
/// | `input = Name` | the name of the input struct |
/// | `derived` | makes no registry: the struct derives `Parameters` |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// Fields of a tuple struct go by their numbers: `skip(0)`.
#[proc_macro_attribute]
pub fn module(arguments: TokenStream, item: TokenStream) -> TokenStream {
    module::attribute(arguments.into(), item.into()).into()
}

/// `#[data]` on a struct or enum makes it a type that fields of signatures and arguments of
/// `forward` can have.
///
/// It derives `Clone`, `Debug`, `PartialEq`, serde's `Serialize` and `Deserialize`, and schemars'
/// `JsonSchema`; for an enum whose variants are all units, a closed set of answers, also `Copy`,
/// `Eq`, `Hash`, `PartialOrd` and `Ord`. What a `#[derive(…)]` *below* it names is left out; one
/// above is out of its sight, so put `#[data]` first.
///
/// Attributes for serde and schemars work as usual, with no dependency on either:
/// `#[serde(rename_all = "lowercase")]`. Docs of variants and fields reach the model.
///
/// # Arguments
///
/// | key | meaning |
/// |---|---|
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
#[proc_macro_attribute]
pub fn data(arguments: TokenStream, item: TokenStream) -> TokenStream {
    data::attribute(arguments.into(), item.into()).into()
}
