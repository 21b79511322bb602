//! `#[module]`.

mod bounds;
mod check;
mod emit;
pub(crate) mod forward;
mod model;
mod syntax;
mod uses;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::diagnostics::Faults;

/// The impl under `#[module(arguments)]` and what is made of it; with faults, also the errors.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let Some(mut syntax) = syntax::read(arguments, item.clone(), &mut faults) else {
        let mut code = faults.into_compile_errors();
        code.extend(item);
        return code;
    };
    let has_lifetime = syntax.item.generics.lifetimes().next().is_some();
    let model = check::check(&syntax, &mut faults);
    forward::strip_argument_docs(&mut syntax.item);
    if faults.found() {
        forward::keep_first(&mut syntax.item);
    }
    let mut code = syntax.item.into_token_stream();
    code.extend(faults.into_compile_errors());
    // Code for a faulty module keeps its uses elsewhere from failing as well; code that borrows
    // would only fail by itself.
    if !has_lifetime {
        code.extend(emit::emit(&model));
    }
    code
}
