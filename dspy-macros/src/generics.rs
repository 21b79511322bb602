//! Generic parameters of generated items.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    GenericParam, Generics, Ident, PredicateType, Token, Type, TypeParamBound, TypePath,
    WherePredicate, parse_quote,
};

use crate::krate::Krate;

/// The parameters that `mention` names, with those of their bounds that need no others.
pub(crate) fn mentioned(generics: &Generics, mention: &TokenStream) -> Generics {
    let mut words = BTreeSet::new();
    collect_words(mention.clone(), &mut words);
    let is_kept = |param: &GenericParam| words.contains(&name_of(param));
    let dropped: BTreeSet<String> =
        generics.params.iter().filter(|param| !is_kept(param)).map(name_of).collect();
    let is_closed = |tokens: TokenStream| {
        let mut words = BTreeSet::new();
        collect_words(tokens, &mut words);
        words.is_disjoint(&dropped)
    };
    let mut kept = generics.clone();
    kept.params = generics.params.iter().filter(|param| is_kept(param)).cloned().collect();
    for param in &mut kept.params {
        match param {
            GenericParam::Type(param) => {
                param.default = None;
                let bounds = param.bounds.iter().filter(|b| is_closed(b.to_token_stream()));
                param.bounds = bounds.cloned().collect();
            }
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
    }
    if let Some(clause) = &mut kept.where_clause {
        let predicates = clause.predicates.iter().filter(|p| is_closed(p.to_token_stream()));
        clause.predicates = predicates.cloned().collect();
    }
    if kept.params.is_empty() {
        kept.where_clause = None;
    }
    kept
}

/// What must be data so that these types are: the parameters among them, and the types that hang on
/// a parameter, such as `M::Input`, whose parameter itself need not be data.
pub(crate) fn data_types<'t>(
    generics: &Generics,
    types: impl IntoIterator<Item = &'t Type>,
) -> Vec<Type> {
    struct Find<'g> {
        generics: &'g Generics,
        found: Vec<Type>,
    }
    impl Find<'_> {
        fn is_param(&self, ident: &Ident) -> bool {
            self.generics.type_params().any(|param| param.ident == *ident)
        }
    }
    impl<'t> Visit<'t> for Find<'_> {
        fn visit_type_path(&mut self, ty: &'t TypePath) {
            let first = ty.path.segments.first();
            let starts_with_param = match &ty.qself {
                Some(qself) => matches!(qself.ty.as_ref(), Type::Path(inner)
                    if inner.path.get_ident().is_some_and(|ident| self.is_param(ident))),
                None => first.is_some_and(|first| self.is_param(&first.ident)),
            };
            if !starts_with_param {
                return visit::visit_type_path(self, ty);
            }
            let text = |ty: &Type| ty.to_token_stream().to_string();
            let ty = Type::Path(ty.clone());
            if self.found.iter().all(|known| text(known) != text(&ty)) {
                self.found.push(ty);
            }
        }
    }
    let mut find = Find { generics, found: Vec::new() };
    for ty in types {
        find.visit_type(ty);
    }
    find.found
}

/// The same parameters, with these types held to be field data.
pub(crate) fn of_data(generics: &Generics, types: &[Type], krate: &Krate) -> Generics {
    let field_type = krate.private("FieldType");
    let mut bounded = generics.clone();
    let param_of = |ty: &Type| match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident().cloned(),
        _ => None,
    };
    for ty in types {
        let Some(param) = param_of(ty) else {
            let clause = bounded.make_where_clause();
            clause.predicates.push(parse_quote!(#ty: #field_type));
            continue;
        };
        // Beside the user's own bounds: clippy minds bounds in two places.
        let Generics { params, where_clause, .. } = &mut bounded;
        let own = params.iter_mut().find_map(|other| match other {
            GenericParam::Type(other) if other.ident == param => Some(&mut other.bounds),
            _ => None,
        });
        let Some(mut bounds) = own else { continue };
        if bounds.is_empty()
            && let Some(clause) = where_clause
            && let Some(own) = clause.predicates.iter_mut().find_map(|p| bounds_of(p, &param))
        {
            bounds = own;
        }
        bounds.push(parse_quote!(#field_type));
    }
    bounded
}

/// The bounds that a predicate sets for the parameter itself.
fn bounds_of<'p>(
    predicate: &'p mut WherePredicate,
    param: &Ident,
) -> Option<&'p mut Punctuated<TypeParamBound, Token![+]>> {
    match predicate {
        WherePredicate::Type(PredicateType { lifetimes: None, bounded_ty, bounds, .. }) => {
            let is_param = matches!(bounded_ty, Type::Path(path)
                if path.qself.is_none() && path.path.is_ident(param));
            is_param.then_some(bounds)
        }
        _ => None,
    }
}

/// Whether the tokens name any of the parameters.
pub(crate) fn mentions_any(generics: &Generics, tokens: TokenStream) -> bool {
    let mut words = BTreeSet::new();
    collect_words(tokens, &mut words);
    generics.params.iter().any(|param| words.contains(&name_of(param)))
}

/// Whether the tokens name this.
pub(crate) fn mentions(name: &str, tokens: TokenStream) -> bool {
    let mut words = BTreeSet::new();
    collect_words(tokens, &mut words);
    words.contains(name)
}

fn name_of(param: &GenericParam) -> String {
    match param {
        GenericParam::Type(param) => param.ident.to_string(),
        GenericParam::Const(param) => param.ident.to_string(),
        GenericParam::Lifetime(param) => param.lifetime.ident.to_string(),
    }
}

fn collect_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(words.insert(ident.to_string())),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
