//! The path under which generated code finds the `dspy` crate.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{LitStr, Path, parse_quote};

use crate::diagnostics::Faults;

/// `::dspy`, or what `crate = "…"` says.
#[derive(Clone)]
pub(crate) struct Krate(Path);

impl Default for Krate {
    fn default() -> Self {
        Self(parse_quote!(::dspy))
    }
}

impl Krate {
    /// The crate at a path from the user's attribute.
    pub(crate) fn from_literal(literal: &LitStr, faults: &mut Faults) -> Option<Self> {
        let path = match literal.parse_with(Path::parse_mod_style) {
            Ok(path) => path,
            Err(_) => {
                faults.at(literal, "`crate` takes the path of the `dspy` crate, such as \"::lm\"");
                return None;
            }
        };
        // A relative path would mean another thing inside the generated blocks.
        let in_this_crate = path.segments.first().is_some_and(|first| first.ident == "crate");
        if path.leading_colon.is_none() && !in_this_crate {
            let written = literal.value();
            faults.at(
                literal,
                format!(
                    "`crate` takes an absolute path: write \"::{written}\" for a dependency, or \
                     \"crate::{written}\" for a path inside this crate"
                ),
            );
            return None;
        }
        Some(Self(path))
    }

    /// The same path at a place in the user's source, for code whose errors belong there.
    pub(crate) fn at(&self, place: Span) -> TokenStream {
        let respan = |mut token: TokenTree| {
            token.set_span(place);
            token
        };
        self.to_token_stream().into_iter().map(respan).collect()
    }

    /// The path of something that only generated code needs.
    pub(crate) fn private(&self, name: &str) -> TokenStream {
        let name = quote::format_ident!("{name}");
        quote!(#self::__private::#name)
    }

    /// The path as text.
    pub(crate) fn to_text(&self) -> String {
        self.to_token_stream().to_string().replace(' ', "")
    }

    /// The same as text, for attributes that take paths as strings.
    pub(crate) fn private_text(&self, name: &str) -> String {
        self.private(name).to_string().replace(' ', "")
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
