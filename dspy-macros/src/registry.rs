//! The code of a registry: what `#[module]` and `#[derive(Parameters)]` have in common.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Member;
use syn::ext::IdentExt;

use crate::krate::Krate;

/// A field to walk into.
pub(crate) struct Walked<'a> {
    /// Where errors about the field's type are shown.
    pub(crate) span: Span,
    pub(crate) step: Step<'a>,
    pub(crate) is_frozen: bool,
    /// The field as `walk` reaches it: an expression of type `&T`.
    pub(crate) shared: TokenStream,
    /// The field as `walk_mut` reaches it: an expression of type `&mut T`.
    pub(crate) exclusive: TokenStream,
}

/// What a field adds to the path.
pub(crate) enum Step<'a> {
    Name(&'a str),
    Index(u32),
}

/// The statements of `walk` and of `walk_mut` for one field.
pub(crate) fn statements(krate: &Krate, field: &Walked<'_>) -> (TokenStream, TokenStream) {
    let at = field.span;
    let krate = krate.at(at);
    let statement = |method: &str, value: &TokenStream| {
        let method = Ident::new(method, at);
        // A name at the user's place: an error about the field's type then shows that place alone.
        let field_here = Ident::new("__dspy_field", at);
        let walk = quote_spanned!(at=> #krate::module::Parameters::#method);
        let walk = quote!({ let #field_here = #value; #walk(#field_here, path, visit) });
        let inside = if field.is_frozen { quote!(path.frozen(|path| #walk)) } else { walk };
        match field.step {
            Step::Name(name) => quote!(path.field(#name, |path| #inside);),
            Step::Index(index) => {
                let index = index as usize;
                quote!(path.index(#index, |path| #inside);)
            }
        }
    };
    (statement("walk", &field.shared), statement("walk_mut", &field.exclusive))
}

/// The two methods of `Parameters` with these bodies.
pub(crate) fn methods(
    krate: &Krate,
    is_empty: bool,
    walk: &TokenStream,
    walk_mut: &TokenStream,
) -> TokenStream {
    let (path, visit) =
        if is_empty { (quote!(_path), quote!(_visit)) } else { (quote!(path), quote!(visit)) };
    quote! {
        fn walk(
            &self,
            #path: &mut #krate::module::Path,
            #visit: &mut dyn #krate::module::Visit,
        ) {
            #walk
        }

        fn walk_mut(
            &mut self,
            #path: &mut #krate::module::Path,
            #visit: &mut dyn #krate::module::VisitMut,
        ) {
            #walk_mut
        }
    }
}

/// A field's name as paths spell it.
pub(crate) fn name_of(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// The place of a field's mention.
pub(crate) fn span_of(member: &Member) -> Span {
    match member {
        Member::Named(ident) => ident.span(),
        Member::Unnamed(index) => index.span,
    }
}

/// What a renamed field may be called in paths.
pub(crate) const PATH_SEGMENT: &str =
    "a name in paths is made of letters, digits and `_`, and does not start with a digit";

/// Whether paths can hold the text as a field's name.
pub(crate) fn is_path_segment(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}
