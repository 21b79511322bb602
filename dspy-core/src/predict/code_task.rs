//! What the strategies share that have models write code.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::code_step::{CodeStep, clipped};
use super::coded::{BESIDE, text_schema, told};
use super::judge::Rules;
use super::predictor::Predictor;
use crate::error::{Error, Result};
use crate::interpreter::{DynInterpreter, HostFunction, Setup, identifier};
use crate::lm::LmError;
use crate::signature::{Field, Fields, SignatureSchema};
use crate::wire;

/// How much of a variable's value a prompt shows.
const PREVIEW: usize = 400;

/// Where code runs, with what, and how long for.
#[derive(Clone, Debug)]
pub(super) struct CodeTask {
    pub(super) interpreter: DynInterpreter,
    pub(super) functions: Vec<HostFunction>,
    pub(super) max_iters: usize,
    pub(super) max_output_chars: usize,
    /// Why the strategy cannot serve this signature.
    fault: Option<String>,
}

impl CodeTask {
    /// `taken` are the names that the strategy needs for itself.
    pub(super) fn new(
        interpreter: DynInterpreter,
        max_iters: usize,
        schema: &SignatureSchema,
        taken: &[&str],
    ) -> Self {
        let clash = |field: &&Field| taken.contains(&field.name());
        let beside = |field: &&Field| BESIDE.contains(&field.name());
        let found = schema.fields().find(clash);
        let found = found.or_else(|| schema.outputs().iter().find(beside));
        let fault = found.map(|field| {
            format!(
                "the signature has a field `{}`, a name that this strategy needs for itself; \
                 rename the field",
                field.name()
            )
        });
        Self { interpreter, functions: Vec::new(), max_iters, max_output_chars: 10_000, fault }
    }

    /// The inputs as JSON fields.
    pub(super) fn inputs(&self, input: &impl Serialize) -> Result<Fields> {
        if let Some(fault) = &self.fault {
            return Err(Error::Invalid(fault.clone()));
        }
        match wire::to_value(input) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(other) => Err(Error::Invalid(format!("the input is no map of fields but {other}"))),
            Err(error) => Err(Error::Invalid(format!("the input is no JSON: {error}"))),
        }
    }

    /// A session's beginning: the inputs as variables, and the functions.
    pub(super) fn setup(&self, inputs: &Fields) -> Setup {
        let setup = inputs.iter().fold(Setup::new(), |setup, (name, value)| {
            setup.variable(identifier(name), value.clone())
        });
        self.functions.iter().cloned().fold(setup, Setup::function)
    }

    /// What a prompt says of the interpreter, the functions of the host, and these besides.
    pub(super) fn environment<'f>(
        &'f self,
        inputs: &Fields,
        besides: impl IntoIterator<Item = &'f HostFunction>,
    ) -> String {
        let mut text = self.interpreter.guide().to_owned();
        let names: Vec<_> = inputs.keys().map(|name| format!("`{}`", identifier(name))).collect();
        if !names.is_empty() {
            text.push_str(&format!("\nVariables that are there: {}.", names.join(", ")));
        }
        for function in besides.into_iter().chain(&self.functions) {
            text.push_str(&format!("\n- {}", function.declaration()));
            if !function.description().is_empty() {
                text.push_str(&format!(": {}", function.description().replace('\n', " ")));
            }
        }
        text
    }
}

/// A task for a predictor of a strategy: these fields, and an instruction that begins with that of
/// the signature.
pub(super) fn task(
    schema: &SignatureSchema,
    inputs: impl IntoIterator<Item = Field>,
    outputs: impl IntoIterator<Item = Field>,
    instruction: &str,
) -> SignatureSchema {
    let whole = format!("{}\n\n{instruction}", schema.instructions().trim_end());
    SignatureSchema::new(schema.name(), inputs, outputs).with_instructions(whole)
}

/// A field of text.
pub(super) fn text(name: &str, desc: &str) -> Field {
    Field::with_schema(name, text_schema()).with_desc(desc)
}

/// The names of fields as a sentence lists them.
pub(super) fn listed(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name())).collect();
    names.join(", ")
}

/// What a prompt says of variables whose values it does not show.
pub(super) fn described(schema: &SignatureSchema, inputs: &Fields) -> String {
    let mut text = String::new();
    for (name, value) in inputs {
        let field = schema.field(name);
        let kind = field.map_or_else(String::new, Field::type_name);
        let size = match value {
            Value::String(text) => format!(", {} characters", text.chars().count()),
            Value::Array(items) => format!(", {} items", items.len()),
            Value::Object(fields) => format!(", {} entries", fields.len()),
            _ => String::new(),
        };
        text.push_str(&format!("`{}`: {kind}{size}\n", identifier(name)));
        if let Some(desc) = field.map(Field::desc).filter(|desc| !desc.is_empty()) {
            text.push_str(&format!("{desc}\n"));
        }
        text.push_str(&format!("Preview:\n{}\n\n", clipped(&told(value), PREVIEW)));
    }
    text.trim_end().to_owned()
}

/// Calls a predictor whose prompt shows the steps so far. Where they are too long for the model, the
/// older half of them is left out, and so on: a further call each time.
pub(super) async fn ask<O: DeserializeOwned + Send>(
    predictor: &Predictor,
    rules: Rules<O>,
    steps: &[CodeStep],
    fields: impl Fn(usize) -> Fields + Send + Sync,
) -> Result<O> {
    let mut left_out = 0;
    loop {
        match predictor.predict(&fields(left_out), rules).await {
            Ok(prediction) => return Ok(prediction.into_output()),
            Err(error)
                if left_out < steps.len()
                    && error.as_lm().is_some_and(LmError::is_context_window) =>
            {
                left_out += (steps.len() - left_out).div_ceil(2);
            }
            Err(error) => return Err(error),
        }
    }
}

/// A predictor that has no rules.
pub(super) fn no_rules<O>(_: &O) -> Vec<crate::signature::BrokenRule> {
    Vec::new()
}

/// The same fields and these.
pub(super) fn with<const N: usize>(fields: &Fields, more: [(&str, String); N]) -> Fields {
    let mut fields = fields.clone();
    fields.extend(more.map(|(name, text)| (name.to_owned(), Value::String(text))));
    fields
}

/// What every strategy that runs code has: `Clone`, `Debug`, its parts at their paths, and settings.
macro_rules! code_strategy {
    ($strategy:ident { $($part:ident),+ }) => {
        impl<S: $crate::signature::Signature> $strategy<S> {
            /// The same on this model, for all that it asks.
            #[must_use]
            pub fn with_lm(mut self, lm: &$crate::lm::Lm) -> Self {
                $crate::module::set_lm(&mut self, lm);
                self
            }

            /// The same with one more function that the code may call.
            #[must_use]
            pub fn with_function(
                mut self,
                function: impl Into<$crate::interpreter::HostFunction>,
            ) -> Self {
                self.task.functions.push(function.into());
                self
            }

            /// The same with at most this many pieces of code; 0 counts as 1.
            #[must_use]
            pub fn with_max_iters(mut self, max_iters: usize) -> Self {
                self.task.max_iters = max_iters.max(1);
                self
            }

            /// The same, showing the model at most so many characters of what a piece of code
            /// printed; 10,000 by default.
            #[must_use]
            pub fn with_max_output_chars(mut self, characters: usize) -> Self {
                self.task.max_output_chars = characters;
                self
            }
        }

        impl<S> std::fmt::Debug for $strategy<S> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($strategy)).field("task", &self.task).finish_non_exhaustive()
            }
        }

        impl<S> $crate::module::Parameters for $strategy<S> {
            fn walk(&self, path: &mut $crate::module::Path, visit: &mut dyn $crate::module::Visit) {
                $(path.field(stringify!($part), |path| self.$part.walk(path, visit));)+
            }

            fn walk_mut(
                &mut self,
                path: &mut $crate::module::Path,
                visit: &mut dyn $crate::module::VisitMut,
            ) {
                $(path.field(stringify!($part), |path| self.$part.walk_mut(path, visit));)+
            }
        }
    };
}

pub(super) use code_strategy;
