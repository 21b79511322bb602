//! What all judges share: a task of fields, and a metric made of a judge.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::metric::{Metric, Score};
use crate::module::Module;
use crate::predict::{Prediction, Predictor};
use crate::run::Trace;
use crate::signature::{Field, Fields, SignatureSchema};
use crate::wire;

/// A judge's field: name, description, JSON Schema.
pub(super) type Part = (&'static str, &'static str, Value);

pub(super) fn text(name: &'static str, desc: &'static str) -> Part {
    (name, desc, serde_json::json!({"type": "string"}))
}

pub(super) fn share(name: &'static str, desc: &'static str) -> Part {
    (name, desc, serde_json::json!({"type": "number", "minimum": 0.0, "maximum": 1.0}))
}

/// A predictor for a task whose names are all different.
pub(super) fn predictor(
    name: &str,
    instructions: &str,
    inputs: Vec<Part>,
    outputs: Vec<Part>,
) -> Predictor {
    let fields = |parts: Vec<Part>| {
        parts
            .into_iter()
            .map(|(name, desc, schema)| Field::with_schema(name, schema).with_desc(desc))
            .collect::<Vec<_>>()
    };
    let schema = SignatureSchema::new(name, fields(inputs), fields(outputs));
    Predictor::new(schema.with_instructions(instructions))
}

/// Asks a predictor and reads its answer.
pub(super) async fn ask<T: DeserializeOwned>(predictor: &Predictor, input: Fields) -> Result<T> {
    let answer: Prediction<Fields> = predictor.invoke(input).await?;
    wire::from_value(Value::Object(answer.into_output()))
        .map_err(|error| Error::Invalid(format!("a judge's answer cannot be read: {error}")))
}

/// An input of a judge as fields.
pub(super) fn fields(parts: impl IntoIterator<Item = (&'static str, Value)>) -> Fields {
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A metric made of a judge and a closure that says what to judge.
pub struct JudgeMetric<J, F, R, O> {
    judge: J,
    case: F,
    types: PhantomData<fn(&R, &O)>,
}

impl<J, F, R, O> JudgeMetric<J, F, R, O> {
    pub(super) fn new(judge: J, case: F) -> Self {
        Self { judge, case, types: PhantomData }
    }
}

impl<J: fmt::Debug, F, R, O> fmt::Debug for JudgeMetric<J, F, R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JudgeMetric").field(&self.judge).finish()
    }
}

impl<J, F, R, O> Metric<R, O> for JudgeMetric<J, F, R, O>
where
    J: Module,
    J::Output: Into<Score>,
    F: Fn(&R, &O) -> J::Input + Send + Sync + 'static,
    R: Sync + 'static,
    O: Sync + 'static,
{
    async fn score(&self, row: &R, output: &O, _: &Trace) -> Result<Score> {
        let case = (self.case)(row, output);
        Ok(self.judge.invoke(case).await?.into_output().into())
    }
}

/// Registry, metric and model of a judge that is made of predictors.
macro_rules! judge {
    ($judge:ident { $($field:ident),+ }) => {
        impl $judge {
            /// The same judge with this model.
            #[must_use]
            pub fn with_lm(mut self, lm: $crate::lm::Lm) -> Self {
                $crate::module::set_lm(&mut self, &lm);
                self
            }

            /// A metric: the closure says what of a row and an output to judge.
            pub fn metric<R, O, F>(
                self,
                case: F,
            ) -> $crate::judge::JudgeMetric<Self, F, R, O>
            where
                F: Fn(&R, &O) -> <Self as $crate::module::Module>::Input + Send + Sync + 'static,
            {
                $crate::judge::JudgeMetric::new(self, case)
            }
        }

        impl $crate::module::Parameters for $judge {
            fn walk(
                &self,
                path: &mut $crate::module::Path,
                visit: &mut dyn $crate::module::Visit,
            ) {
                $(path.field(stringify!($field), |path| self.$field.walk(path, visit));)+
            }

            fn walk_mut(
                &mut self,
                path: &mut $crate::module::Path,
                visit: &mut dyn $crate::module::VisitMut,
            ) {
                $(path.field(stringify!($field), |path| self.$field.walk_mut(path, visit));)+
            }
        }
    };
}

pub(super) use judge;
