//! Type parameters of a module's impl: a module is cloned, sent and kept, and so are its parts.

use syn::{GenericParam, Generics, Ident, Type, TypeParamBound, WherePredicate, parse_quote};

use crate::diagnostics::Faults;
use crate::krate::Krate;

/// Traits that say nothing of sending or keeping a value.
const WEAK: [&str; 14] = [
    "AsRef",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Send",
    "Sized",
    "Sync",
];

/// Reports parameters that a module cannot have as they are, and bounds them, so that rustc does not
/// report the same in its words.
pub(super) fn check(generics: &mut Generics, krate: &Krate, faults: &mut Faults) {
    let weak: Vec<Ident> = generics
        .type_params()
        .filter(|param| !is_strong(&bounds_of(generics, &param.ident)))
        .map(|param| param.ident.clone())
        .collect();
    for param in &mut generics.params {
        let GenericParam::Type(param) = param else { continue };
        if !weak.contains(&param.ident) {
            continue;
        }
        let name = &param.ident;
        faults.at(
            name,
            format!(
                "`{name}` may be a type that cannot be part of a program: bound it by `{name}: \
                 Module` for a part, `{name}: Signature` for a task, `{name}: Data` for a value, \
                 or `{name}: Clone + Send + Sync + 'static` for what is skipped"
            ),
        );
        param.bounds.push(parse_quote!(#krate::module::Parameters));
        param.bounds.push(parse_quote!(::core::clone::Clone));
        param.bounds.push(parse_quote!(::core::marker::Send));
        param.bounds.push(parse_quote!(::core::marker::Sync));
        param.bounds.push(parse_quote!('static));
    }
}

/// All bounds of a parameter, beside it and in the `where` clause.
fn bounds_of<'g>(generics: &'g Generics, param: &Ident) -> Vec<&'g TypeParamBound> {
    let own = generics.type_params().filter(|own| own.ident == *param).flat_map(|p| &p.bounds);
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let others = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => match &predicate.bounded_ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident(param) => {
                Some(&predicate.bounds)
            }
            _ => None,
        },
        _ => None,
    });
    own.chain(others.flatten()).collect()
}

/// Whether some bound may imply all that a module asks for.
fn is_strong(bounds: &[&TypeParamBound]) -> bool {
    let has = |name: &str| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|last| last.ident == name)
            }
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == name,
            _ => false,
        })
    };
    let is_unknown = |bound: &&TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| !WEAK.contains(&last.ident.to_string().as_str())),
        _ => false,
    };
    bounds.iter().any(is_unknown) || ["Clone", "Send", "Sync", "static"].into_iter().all(has)
}
