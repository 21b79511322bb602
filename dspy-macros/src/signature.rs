//! `#[derive(Signature)]`.

mod case;
pub(crate) mod check;
mod emit;
mod model;
mod rule;
mod syntax;
mod wire;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Faults;

/// The code for a struct under `#[derive(Signature)]`; with faults, also the errors.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut faults = Faults::default();
    let Some(syntax) = syntax::read(input, &mut faults) else {
        return faults.into_compile_errors();
    };
    let model = check::check(syntax, &mut faults);
    let mut code = faults.into_compile_errors();
    // Code for a faulty signature keeps its uses elsewhere from failing as well.
    if model.is_movable {
        code.extend(emit::emit(&model));
    }
    code
}
