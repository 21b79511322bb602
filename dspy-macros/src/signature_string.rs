//! `signature!`: a signature from its text.

mod fields;
mod literals;
mod syntax;
mod types;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{DeriveInput, Ident, LitStr, Visibility};

use crate::diagnostics::Faults;
use crate::keys::Entry;
use crate::krate::Krate;
use crate::signature;
use fields::{StringField, fields};
use literals::Literals;
use syntax::Syntax;

const KEYS: [&str; 2] = ["instructions", "crate"];

/// The name of a signature that was given none, as in DSPy.
const UNNAMED: &str = "StringSignature";

/// A struct and its code, or a block that gives the task; with faults, also the errors.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    match syntax::read(input, &mut faults) {
        Some(syntax) => code(&syntax, faults),
        None => faults.into_compile_errors(),
    }
}

fn code(syntax: &Syntax, mut faults: Faults) -> TokenStream {
    let options = Options::of(&syntax.options, &mut faults);
    let krate = options.krate;
    let (vis, ident) = match &syntax.name {
        Some((vis, ident)) => (vis.clone(), ident.clone()),
        None => (Visibility::Inherited, unnamed(&syntax.text)),
    };
    let mut literals = Literals::new(&ident);
    let fields = fields(syntax, &krate, &mut literals, &mut faults);
    let enums = literals.definitions(&vis, &krate);
    let docs = &syntax.docs;
    let instructions = options.instructions.map(|text| quote!(instructions = #text,));
    let krate_text = LitStr::new(&krate.to_text(), Span::call_site());
    let declared = fields.iter().map(StringField::declared);
    let declaration = quote! {
        #(#docs)*
        #[signature(#instructions crate = #krate_text)]
        #vis struct #ident { #(#declared)* }
    };
    let derived = match syn::parse2::<DeriveInput>(declaration) {
        Ok(item) => signature::derive(item),
        Err(error) => {
            faults.push(error);
            TokenStream::new()
        }
    };
    let row = row(&ident, &vis, syntax, &fields, &krate);
    let errors = faults.into_compile_errors();
    if syntax.name.is_some() {
        return quote!(#errors #enums #row #derived);
    }
    let from_tuple = from_tuple(&ident, &fields, &krate);
    quote! {{
        #errors
        #enums
        #row
        #derived
        #from_tuple
        #krate::signature::Task::<#ident>::new()
    }}
}

/// The struct itself, as a row of a data set.
fn row(
    ident: &Ident,
    vis: &Visibility,
    syntax: &Syntax,
    fields: &[StringField],
    krate: &Krate,
) -> TokenStream {
    let docs = &syntax.docs;
    let stand_in = docs.is_empty().then(|| {
        let doc = format!("The task `{}`.", syntax.one_line());
        quote!(#[doc = #doc])
    });
    let definitions = fields.iter().map(StringField::definition);
    let row = krate.private("SignatureRow");
    let name = ident.to_string();
    quote! {
        #(#docs)*
        #stand_in
        #[allow(dead_code, private_interfaces, unreachable_pub)]
        #vis struct #ident { #(#definitions)* }

        // Not derived: a type that cannot be a field would be reported by each derive.
        #[doc(hidden)]
        const _: () = {
            #[automatically_derived]
            impl ::core::clone::Clone for #ident {
                fn clone(&self) -> Self {
                    #row::from_parts(#row::input_part(self), #row::output_part(self))
                }
            }

            #[automatically_derived]
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#name)
                        .field("input", &#row::input_part(self))
                        .field("output", &#row::output_part(self))
                        .finish()
                }
            }
        };
    }
}

/// Lets a tuple of the inputs stand for the input struct, which nobody can name.
fn from_tuple(ident: &Ident, fields: &[StringField], krate: &Krate) -> TokenStream {
    let inputs: Vec<&StringField> = fields.iter().filter(|field| field.is_input).collect();
    if inputs.len() < 2 {
        return TokenStream::new();
    }
    let input = crate::part::name_after(ident, "Input");
    let idents = inputs.iter().map(|field| &field.ident);
    let given: Vec<Ident> =
        (0..inputs.len()).map(|index| quote::format_ident!("__Given{index}")).collect();
    let values: Vec<Ident> =
        (0..inputs.len()).map(|index| quote::format_ident!("given{index}")).collect();
    let into_field = quote!(#krate::signature::IntoField);
    let types = inputs.iter().map(|field| &field.ty);
    quote! {
        #[automatically_derived]
        impl<#(#given: #into_field<#types>),*>
            #krate::signature::Accepts<(#(#given,)*), #krate::signature::FromField> for #input
        {
            fn accept((#(#values,)*): (#(#given,)*)) -> Self {
                Self { #(#idents: #into_field::into_field(#values)),* }
            }
        }
    }
}

fn unnamed(text: &LitStr) -> Ident {
    Ident::new(UNNAMED, text.span().resolved_at(Span::call_site()))
}

/// What stands after the text.
struct Options {
    krate: Krate,
    instructions: Option<TokenStream>,
}

impl Options {
    fn of(entries: &[Entry], faults: &mut Faults) -> Self {
        let (mut krate, mut instructions) = (None, None);
        for entry in entries {
            match entry.name().as_str() {
                "crate" => entry.put(&mut krate, entry.krate(faults), faults),
                "instructions" => entry.put(&mut instructions, entry.const_text(faults), faults),
                key => {
                    let message = crate::diagnostics::unknown_key("signature", key, &KEYS)
                        .replace("`#[signature]`", "`signature!`");
                    faults.at(&entry.key, message);
                }
            }
        }
        Self {
            krate: krate.unwrap_or_default(),
            instructions: instructions.map(ToTokens::into_token_stream),
        }
    }
}
