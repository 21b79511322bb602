//! `#[tool]`.

mod check;
mod described;
mod emit;
mod model;

use proc_macro2::TokenStream;
use syn::{FnArg, Item, ItemFn};

use crate::diagnostics::Faults;
use crate::docs;
use crate::keys;
use crate::place::head_of;

/// The function under `#[tool(arguments)]` and what is made of it; with faults, also the errors.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let options = keys::entries(arguments, &mut faults);
    let mut function = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => function,
        other => {
            match other {
                Ok(other) => faults.at(
                    head_of(&other),
                    "`#[tool]` goes on a function: a closure becomes a tool by `Tool::new`, a \
                     program by `Tool::from_module`",
                ),
                Err(error) => faults.push(error),
            }
            let mut code = faults.into_compile_errors();
            code.extend(item);
            return code;
        }
    };
    let model = check::check(&options, &function, &mut faults);
    strip_arguments(&mut function);
    let is_sound = !faults.found();
    let errors = faults.into_compile_errors();
    let tool = emit::emit(&model, is_sound);
    quote::quote!(#function #errors #tool)
}

/// Takes off the arguments what rustc would refuse there: docs, and our own attribute.
fn strip_arguments(function: &mut ItemFn) {
    for argument in &mut function.sig.inputs {
        let attributes = match argument {
            FnArg::Typed(argument) => &mut argument.attrs,
            FnArg::Receiver(receiver) => &mut receiver.attrs,
        };
        attributes.retain(|it| !docs::is_doc(it) && !it.path().is_ident(check::ARGUMENT));
    }
}
