//! `#[derive(Parameters)]`.

mod check;
mod emit;
mod model;
mod syntax;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Faults;

/// The registry of a type under `#[derive(Parameters)]`; with faults, also the errors.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut faults = Faults::default();
    let Some(syntax) = syntax::read(input, &mut faults) else {
        return faults.into_compile_errors();
    };
    let model = check::check(syntax, &mut faults);
    let mut code = faults.into_compile_errors();
    // A registry of a faulty type keeps its uses elsewhere from failing as well.
    code.extend(emit::emit(&model));
    code
}
