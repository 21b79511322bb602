//! What the macros expand to, as files to read: `src/expansion/*.snap`.
//!
//! After a change: `INSTA_UPDATE=always cargo test -p dspy-macros`, then read the difference.

use proc_macro2::TokenStream;
use quote::quote;

/// Compares an expansion with its file.
fn assert_expands(name: &str, expansion: TokenStream) {
    let file: syn::File = match syn::parse2(expansion.clone()) {
        Ok(file) => file,
        Err(error) => panic!("the expansion is no Rust: {error}\n{expansion}"),
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("expansion");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, prettyplease::unparse(&file)));
}

fn derive(expand: fn(syn::DeriveInput) -> TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2(item) {
        Ok(item) => expand(item),
        Err(error) => panic!("the test's own item is no Rust: {error}"),
    }
}

#[test]
fn signature() {
    let item = quote! {
        /// Classify the event.
        #[derive(Signature)]
        pub struct Classify {
            /// One sentence.
            #[input]
            pub event: String,
            #[output]
            pub category: Category,
            /// From 0 to 1.
            #[output(rename = "sureness", ge = 0.0, le = 1.0, default = 0.5)]
            pub confidence: f64,
        }
    };
    assert_expands("signature", derive(crate::signature::derive, item));
}

#[test]
fn signature_generic_without_docs() {
    let item = quote! {
        struct Extract<T: Data> {
            #[input]
            text: String,
            #[output]
            value: Vec<T>,
        }
    };
    assert_expands("signature_generic_without_docs", derive(crate::signature::derive, item));
}

#[test]
fn signature_with_faults() {
    let item = quote! {
        struct Faulty {
            #[input(dsec = "what to read")]
            text: String,
            plain: u8,
        }
    };
    assert_expands("signature_with_faults", derive(crate::signature::derive, item));
}

#[test]
fn module() {
    let arguments = quote!(frozen(judge), skip(started));
    let item = quote! {
        impl Pipeline {
            /// Classifies and judges.
            pub async fn forward(
                &self,
                /// One sentence.
                event: String,
                year: Option<i32>,
            ) -> dspy::Result<Verdict> {
                let _ = self.started;
                let guess = self.classify.call(event).await?;
                Ok(self.judge.call(guess.category).await?.into_output())
            }
        }
    };
    assert_expands("module", crate::module::attribute(arguments, item));
}

#[test]
fn module_derived() {
    let item = quote! {
        impl<M: Module<Input = QaInput>> Twice<M> {
            async fn forward(&self) -> Result<Prediction<M::Output>, Oops> {
                Ok(self.inner.call(()).await?)
            }
        }
    };
    assert_expands(
        "module_derived",
        crate::module::attribute(quote!(derived, input = Nothing), item),
    );
}

#[test]
fn parameters() {
    let item = quote! {
        enum Expert {
            Quick(Predict<Qa>),
            Both {
                #[parameters(rename = "first")]
                one: Predict<Qa>,
                #[parameters(frozen)]
                other: Predict<Qa>,
                #[parameters(skip)]
                since: Instant,
            },
            Nobody,
        }
    };
    assert_expands("parameters", derive(crate::parameters::derive, item));
}

#[test]
fn data() {
    let item = quote! {
        #[serde(rename_all = "lowercase")]
        #[derive(Default)]
        pub enum Urgency {
            /// Can wait.
            #[default]
            Low,
            High,
        }
    };
    assert_expands("data", crate::data::attribute(TokenStream::new(), item));
}

#[test]
fn tool() {
    let item = quote! {
        /// Finds pages.
        ///
        /// # Arguments
        /// - `query` - a few words
        pub async fn search(query: &str, #[arg(default = 5, le = 50)] limit: u32) -> Vec<Page> {
            find(query, limit).await
        }
    };
    assert_expands("tool", crate::tool::attribute(TokenStream::new(), item));
}
