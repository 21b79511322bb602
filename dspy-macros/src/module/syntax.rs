//! What the user wrote: the attribute's entries and the impl, nothing decided yet.

use proc_macro2::TokenStream;
use syn::{ImplItem, ImplItemFn, Item, ItemImpl, Type};

use crate::diagnostics::Faults;
use crate::keys::{self, Entry};
use crate::place::head_of;

/// An impl under `#[module]`.
pub(super) struct Syntax {
    pub(super) options: Vec<Entry>,
    pub(super) item: ItemImpl,
}

/// Takes attribute and item apart; `None` where the item is no impl that could be a module's.
pub(super) fn read(
    arguments: TokenStream,
    item: TokenStream,
    faults: &mut Faults,
) -> Option<Syntax> {
    let options = keys::entries(arguments, faults);
    let item = match syn::parse2::<Item>(item) {
        Ok(Item::Impl(item)) => item,
        Ok(other) => {
            faults.at(
                head_of(&other),
                "`#[module]` goes on the `impl` block that has `forward`: for the registry of a \
                 struct without one, derive `Parameters`",
            );
            return None;
        }
        Err(error) => {
            faults.push(error);
            return None;
        }
    };
    if let Some((path, _)) = &item.trait_ {
        faults.at(
            path,
            "`#[module]` goes on an inherent impl: move `forward` into `impl Type { … }`, the \
             `Module` impl is made from it",
        );
        return None;
    }
    if let Some(token) = &item.unsafety {
        faults.at(token, "a module's impl is not `unsafe`: remove the word");
    }
    if let Err(error) = item.modifiers.require_empty() {
        faults.push(error);
    }
    if !matches!(item.self_ty.as_ref(), Type::Path(path) if path.qself.is_none()) {
        faults.at(&item.self_ty, "a module is a struct or enum of your own: name it here");
        return None;
    }
    Some(Syntax { options, item })
}

/// The methods called `forward`.
pub(super) fn forwards(item: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "forward" => Some(method),
        _ => None,
    })
}
