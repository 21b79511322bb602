//! Faults of the user's code: gathered, then reported all at once.

use std::fmt::Display;

pub(crate) use dspy_grammar::nearest;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    errors: Vec<syn::Error>,
}

impl Faults {
    /// Adds a fault that is shown under these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a fault that parsing found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Takes over the faults of another list.
    pub(crate) fn append(&mut self, other: Self) {
        self.errors.extend(other.errors);
    }

    /// Whether there are any.
    pub(crate) fn found(&self) -> bool {
        !self.errors.is_empty()
    }

    /// One compile error per fault.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.errors.into_iter().map(syn::Error::into_compile_error).collect()
    }
}

/// The words as a list in a message.
pub(crate) fn quoted_list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// What is wrong with a key that an attribute does not have, and what it has.
pub(crate) fn unknown_key(attribute: &str, key: &str, known: &[&str]) -> String {
    let all = quoted_list(known);
    match nearest(key, known) {
        Some(meant) if known.len() == 1 => {
            format!("`#[{attribute}]` has no key `{key}`: did you mean `{meant}`?")
        }
        Some(meant) => {
            format!("`#[{attribute}]` has no key `{key}`: did you mean `{meant}`? It has {all}")
        }
        None => format!("`#[{attribute}]` has no key `{key}`: it has {all}"),
    }
}
