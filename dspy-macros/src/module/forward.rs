//! Checks of `forward`: the call contract is made from its signature.

use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, ImplItemFn, ItemImpl, Pat, PatType, Receiver, ReceiverKind, ReturnType, Type,
    TypeReference, parse_quote,
};

use super::model::{Argument, Forward};
use super::syntax::forwards;
use crate::diagnostics::Faults;
use crate::docs;
use crate::generics::mentions;

/// More arguments than this want a struct of their own.
const MOST_ARGUMENTS: usize = 12;

/// The method, as far as it can be made out.
pub(super) fn check(item: &ItemImpl, faults: &mut Faults) -> Forward {
    let mut methods = forwards(item);
    let Some(method) = methods.next() else {
        let self_ty = &item.self_ty;
        faults.at(
            self_ty,
            "this impl has no `forward`, which a module's call is made from: add `pub async fn \
             forward(&self, …) -> dspy::Result<…>` (one made by a macro in here cannot be seen), \
             or derive `Parameters` on a struct that only holds parts",
        );
        let ident = syn::Ident::new("forward", proc_macro2::Span::call_site());
        let (arguments, docs) = (Vec::new(), Vec::new());
        return Forward { ident, arguments, docs, output: None, is_sound: false };
    };
    for other in methods {
        faults.at(
            &other.sig.ident,
            "`forward` is defined twice: a module runs one, give the other another name",
        );
    }
    // Faults found before have nothing to do with whether this method can be called.
    let mut own = Faults::default();
    check_shape(method, &mut own);
    let output = check_output(method, &mut own);
    let arguments = check_arguments(method, &mut own);
    let is_sound = !own.found();
    faults.append(own);
    let docs = docs::doc_attributes(&method.attrs);
    Forward { ident: method.sig.ident.clone(), arguments, docs, output, is_sound }
}

/// Leaves one `forward`, so that rustc does not report the others again.
pub(super) fn keep_first(item: &mut ItemImpl) {
    let mut seen = false;
    item.items.retain(|item| match item {
        syn::ImplItem::Fn(method) if method.sig.ident == "forward" => {
            !std::mem::replace(&mut seen, true)
        }
        _ => true,
    });
}

/// Takes docs off the arguments, where rustc would refuse them: they describe the input's fields.
pub(super) fn strip_argument_docs(item: &mut ItemImpl) {
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else {
            continue;
        };
        if method.sig.ident == "forward" {
            for argument in &mut method.sig.inputs {
                if let FnArg::Typed(argument) = argument {
                    argument.attrs.retain(|attribute| !docs::is_doc(attribute));
                }
            }
        }
    }
}

fn check_shape(method: &ImplItemFn, faults: &mut Faults) {
    let signature = &method.sig;
    if signature.asyncness.is_none() {
        faults.at(
            signature.fn_token,
            "`forward` must be `async`, for it waits for a model: write `pub async fn forward`",
        );
    }
    if let Some(token) = signature.constness {
        faults.at(token, "`forward` cannot be `const`: remove the word");
    }
    if let syn::Safety::Unsafe(token) = &signature.safety {
        faults.at(token, "`forward` cannot be `unsafe`, for every caller may run it");
    }
    if let Some(abi) = &signature.abi {
        faults.at(abi, "`forward` is an ordinary Rust function: remove the `extern`");
    }
    if !signature.generics.params.is_empty() {
        faults.at(
            &signature.generics,
            "`forward` cannot be generic, for the input struct has one type per argument: put \
             the parameters on the impl, or use concrete types",
        );
    }
    if let Some(clause) = &signature.generics.where_clause {
        faults.at(clause, "bounds belong to the module as a whole: move them to the impl");
    }
    for attribute in method.attrs.iter().filter(|a| a.path().is_ident("cfg")) {
        faults.at(
            attribute,
            "`forward` cannot come and go with a `cfg`, for the module's call would go with it: \
             put the `cfg` on the impl",
        );
    }
    match signature.receiver() {
        None => {
            let message = "`forward` must take `&self` first: that is how it reaches the \
                           module's predictors";
            match signature.inputs.first() {
                Some(first) => faults.at(first, message),
                None => faults.at(&signature.ident, message),
            }
        }
        Some(receiver) => check_receiver(receiver, faults),
    }
}

fn check_receiver(receiver: &Receiver, faults: &mut Faults) {
    let by_shared_reference =
        matches!(&receiver.kind, ReceiverKind::Reference(_, lifetime, None) if lifetime.is_none());
    if !by_shared_reference {
        faults.at(
            receiver,
            "`forward` must take `&self`: many calls of one program run at once, so a call can \
             neither change nor consume it",
        );
    }
}

fn check_output(method: &ImplItemFn, faults: &mut Faults) -> Option<Type> {
    match &method.sig.output {
        ReturnType::Default => {
            faults.at(
                &method.sig.ident,
                "`forward` must return a `Result`, for a call to a model can fail: write `-> \
                 dspy::Result<…>`",
            );
            None
        }
        ReturnType::Type(_, ty) => match find_unnamed(ty) {
            Some(unnamed) => {
                faults.at(
                    unnamed,
                    "`forward` must name its output type, which tools and files describe: write \
                     a concrete type in place of `impl …`",
                );
                None
            }
            None if is_plain_value(ty) => {
                let written = quote::quote!(#ty).to_string().replace(' ', "").replace(',', ", ");
                faults.at(
                    ty,
                    format!(
                        "`forward` must return a `Result`, for a call to a model can fail: write \
                         `-> dspy::Result<{written}>`"
                    ),
                );
                None
            }
            None => Some(ty.as_ref().clone()),
        },
    }
}

/// Whether the type is certainly no `Result`. Of a name it does not know, a macro cannot tell.
fn is_plain_value(ty: &Type) -> bool {
    const VALUES: [&str; 31] = [
        "bool",
        "char",
        "str",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "String",
        "Vec",
        "VecDeque",
        "Option",
        "Box",
        "Arc",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "Cow",
        "Value",
        "Prediction",
        "Reasoned",
    ];
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            VALUES.contains(&name.as_str())
        }),
        Type::Tuple(_) | Type::Array(_) | Type::Reference(_) | Type::Slice(_) => true,
        Type::Paren(inner) => is_plain_value(&inner.elem),
        _ => false,
    }
}

fn check_arguments(method: &ImplItemFn, faults: &mut Faults) -> Vec<Argument> {
    let typed: Vec<&PatType> = method
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
        .collect();
    if let Some(first) = typed.get(MOST_ARGUMENTS) {
        faults.at(
            first,
            format!(
                "`forward` takes at most {MOST_ARGUMENTS} arguments: gather those that belong \
                 together in a struct with `#[dspy::data]`"
            ),
        );
    }
    typed.into_iter().filter_map(|argument| check_argument(argument, faults)).collect()
}

fn check_argument(argument: &PatType, faults: &mut Faults) -> Option<Argument> {
    check_attributes(&argument.attrs, faults);
    let ident = match argument.pat.as_ref() {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat.ident.clone()),
        other => {
            faults.at(
                other,
                "an argument of `forward` must be a plain name, for it names a field of the \
                 input struct: take the value apart inside the body",
            );
            None
        }
    };
    let ty = check_type(&argument.ty, faults);
    Some(Argument { ident: ident?, ty, docs: docs::doc_attributes(&argument.attrs) })
}

fn check_attributes(attributes: &[Attribute], faults: &mut Faults) {
    for attribute in attributes.iter().filter(|a| a.path().is_ident("cfg")) {
        faults.at(
            attribute,
            "an argument of `forward` cannot come and go with a `cfg`: write two `forward`s in \
             two impls, each under its own `cfg`",
        );
    }
}

/// The argument's type, or what could stand in its place.
fn check_type(ty: &Type, faults: &mut Faults) -> Type {
    if let Some(unnamed) = find_unnamed(ty) {
        faults.at(
            unnamed,
            "an argument of `forward` must have a concrete type, for it becomes a field of the \
             input struct: write the type itself, such as `String`",
        );
        return parse_quote!(::std::string::String);
    }
    if let Type::Reference(reference) = ty {
        let owned = owned(reference);
        let written = quote::quote!(#owned).to_string().replace(' ', "");
        let written = ["::std::string::", "::std::vec::", "::std::path::"]
            .iter()
            .fold(written, |written, module| written.replace(module, ""));
        faults.at(
            ty,
            format!(
                "`forward` must own its arguments, for the input struct outlives the call: \
                 write `{written}`"
            ),
        );
        return owned;
    }
    if let Some(reference) = find_reference(ty) {
        faults.at(
            reference,
            "`forward` must own its arguments, for the input struct outlives the call: put an \
             owned type inside, such as `String` for `&str`",
        );
        return parse_quote!(::std::string::String);
    }
    if mentions("Self", quote::quote!(#ty)) {
        faults.at(ty, "`Self` would mean the input struct here: write the type's name");
        return parse_quote!(::std::string::String);
    }
    ty.clone()
}

/// The owned type that holds what the reference points to.
pub(crate) fn owned(reference: &TypeReference) -> Type {
    match reference.elem.as_ref() {
        Type::Path(path) if path.path.is_ident("str") => parse_quote!(::std::string::String),
        Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Path") => {
            parse_quote!(::std::path::PathBuf)
        }
        Type::Slice(slice) => {
            let item = match slice.elem.as_ref() {
                Type::Reference(inner) => owned(inner),
                other => other.clone(),
            };
            parse_quote!(::std::vec::Vec<#item>)
        }
        Type::Reference(inner) => owned(inner),
        other => other.clone(),
    }
}

pub(crate) fn find_unnamed(ty: &Type) -> Option<&Type> {
    struct Find<'t>(Option<&'t Type>);
    impl<'t> Visit<'t> for Find<'t> {
        fn visit_type(&mut self, ty: &'t Type) {
            if matches!(ty, Type::ImplTrait(_) | Type::Infer(_)) {
                self.0.get_or_insert(ty);
            }
            visit::visit_type(self, ty);
        }
    }
    let mut find = Find(None);
    find.visit_type(ty);
    find.0
}

pub(crate) fn find_reference(ty: &Type) -> Option<&TypeReference> {
    struct Find<'t>(Option<&'t TypeReference>);
    impl<'t> Visit<'t> for Find<'t> {
        fn visit_type_reference(&mut self, reference: &'t TypeReference) {
            self.0.get_or_insert(reference);
        }
    }
    let mut find = Find(None);
    find.visit_type(ty);
    find.0
}
