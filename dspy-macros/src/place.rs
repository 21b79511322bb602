//! Where in the user's source an error is shown.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Item;

/// The places of the first and the last token.
///
/// rustc shows an error under all tokens of the faulty code, from the first to the last. Generated
/// code whose ends are the ends of user code is therefore underlined as that.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let tokens: TokenStream = tokens.to_token_stream();
    let mut places = tokens.into_iter().map(|token| token.span());
    let first = places.next().unwrap_or_else(Span::call_site);
    (first, places.last().unwrap_or(first))
}

/// The part of an item that names it, so that an error does not underline the whole.
pub(crate) fn head_of(item: &Item) -> TokenStream {
    match item {
        Item::Enum(item) => item.ident.to_token_stream(),
        Item::Fn(item) => item.sig.ident.to_token_stream(),
        Item::Impl(item) => item.self_ty.to_token_stream(),
        Item::Mod(item) => item.ident.to_token_stream(),
        Item::Struct(item) => item.ident.to_token_stream(),
        Item::Trait(item) => item.ident.to_token_stream(),
        Item::Type(item) => item.ident.to_token_stream(),
        Item::Union(item) => item.ident.to_token_stream(),
        other => other.to_token_stream(),
    }
}
