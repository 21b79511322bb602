//! The macros of the `dspy` crate. Depend on `dspy`, which re-exports them with their docs.
//!
//! Each goes through the same stages: what was written (`syntax`), a checked `model` (`check`
//! reports every fault), the code (`emit`, which cannot fail).

mod data;
mod diagnostics;
mod docs;
mod generics;
mod keys;
mod krate;
mod module;
mod parameters;
mod part;
mod registry;
mod signature;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a signature.
#[proc_macro_derive(Signature, attributes(signature, input, output))]
pub fn derive_signature(input: TokenStream) -> TokenStream {
    signature::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Lists the parameters inside a struct or enum.
#[proc_macro_derive(Parameters, attributes(parameters))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    parameters::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a program of a type with a `forward` method.
#[proc_macro_attribute]
pub fn module(arguments: TokenStream, item: TokenStream) -> TokenStream {
    module::attribute(arguments.into(), item.into()).into()
}

/// Makes a struct or enum a type that fields can have.
#[proc_macro_attribute]
pub fn data(arguments: TokenStream, item: TokenStream) -> TokenStream {
    data::attribute(arguments.into(), item.into()).into()
}
