//! Generic parameters of generated items.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics, WherePredicate, parse_quote};

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

/// The same parameters, with every type among them held to be field data.
pub(crate) fn of_data(generics: &Generics, krate: &Krate) -> Generics {
    let mut bounded = generics.clone();
    let predicates: Vec<WherePredicate> = generics
        .type_params()
        .map(|param| {
            let name = &param.ident;
            parse_quote!(#name: #krate::signature::Data)
        })
        .collect();
    if !predicates.is_empty() {
        bounded.make_where_clause().predicates.extend(predicates);
    }
    bounded
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
