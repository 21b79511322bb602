//! Demonstrations chosen for each input.

mod examples;

use std::fmt;

use super::knn::text_of;
use super::prediction::Prediction;
use crate::error::{Error, Result};
use crate::lm::Embedder;
use crate::module::{
    Module, ParameterKind, Parameters, Path, Visit, VisitMut, parameter_value, set_demos,
    task_schemas,
};
use crate::row::{DataError, Row, Rows};
use crate::signature::{Demo, Fields};
use crate::wire;
use examples::Examples;

/// Shows the predictors of a program, at each call, the labelled rows that are most like its input.
/// Costs no LM call beyond the program's; with an [`Embedder`] one embedding for each row, at the
/// first call, and one for each call.
///
/// Each predictor that is not frozen gets the part of the rows that concerns it, the nearest last,
/// after its own demonstrations. Rows are found as by [`Knn`](super::Knn). They are a parameter at
/// the path `examples`, saved with the program, which is at `module`.
///
/// The reference is DSPy's `KNNFewShot`, which compiles the program anew for each call, at a run of
/// it for each row found, and cannot be saved.
///
/// ```
/// use dspy::predict::KnnDemos;
/// use dspy::prelude::*;
///
/// #[derive(Signature, Clone)]
/// struct Route {
///     #[input]
///     mail: String,
///     #[output]
///     team: String,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let row = |mail: &str, team: &str| Route { mail: mail.into(), team: team.into() };
/// let rows = vec![row("My invoice is wrong.", "billing"), row("The app crashes.", "support")];
/// let route = KnnDemos::new(Predict::<Route>::new().with_lm(Lm::embedded()), rows, 1)?;
/// let out = route.call("Two invoices came.").await?;
/// println!("{}", out.team);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct KnnDemos<M> {
    module: M,
    examples: Examples,
}

impl<M: Module> KnnDemos<M> {
    /// A program that is shown the `k` nearest of these rows.
    ///
    /// # Errors
    /// [`DataError`] without rows; [`Error::Invalid`] where a value does not fit its field, or no row
    /// concerns any predictor.
    pub fn new<R: Row<M::Input>>(module: M, rows: impl Into<Rows<R>>, k: usize) -> Result<Self> {
        let rows = rows.into();
        let mut inputs: Vec<String> = Vec::new();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let input = wire::to_value(&row.input())
                .map_err(|error| DataError::Value { message: error.to_string() })?;
            let names = input.as_object().into_iter().flat_map(|fields| fields.keys());
            let new: Vec<_> = names.filter(|name| !inputs.contains(name)).cloned().collect();
            inputs.extend(new);
            all.push(row.fields()?);
        }
        if all.is_empty() {
            return Err(DataError::Empty {
                what: "the set of demonstrations".to_owned(),
                fix: "give it at least one row".to_owned(),
            }
            .into());
        }
        let mut concerned = false;
        for (path, schema, _) in task_schemas(&module) {
            for (place, row) in all.iter().enumerate() {
                let demo = schema.demo_from(row).map_err(|error| {
                    Error::Invalid(format!("row {place} cannot demonstrate `{path}`: {error}"))
                })?;
                concerned |= demo.is_some();
            }
        }
        if !concerned {
            return Err(Error::Invalid(
                "no row has both an input and an output of any predictor of the program".to_owned(),
            ));
        }
        Ok(Self { module, examples: Examples::new(k, inputs, all) })
    }

    /// The same with rows compared by an embedding model, not by their words.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Embedder) -> Self {
        self.examples.set_embedder(embedder);
        self
    }

    /// The program.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// The program with these rows as demonstrations.
    fn shown(&self, rows: &[&Fields]) -> Result<M> {
        let mut module = self.module.clone();
        for (path, schema, is_frozen) in task_schemas(&self.module) {
            if is_frozen {
                continue;
            }
            let own = parameter_value(&self.module, &path, &ParameterKind::DEMOS);
            let own = own.map(serde_json::from_value::<Vec<Demo>>).and_then(Result::ok);
            let mut demos = own.unwrap_or_default();
            for row in rows.iter().rev() {
                let demo = schema.demo_from(row).map_err(|error| {
                    Error::Invalid(format!("a row cannot demonstrate `{path}`: {error}"))
                })?;
                demos.extend(demo);
            }
            set_demos(&mut module, &path, &demos)
                .map_err(|error| Error::Parameter { path, error })?;
        }
        Ok(module)
    }
}

impl<M: Module> Module for KnnDemos<M> {
    type Input = M::Input;
    type Output = M::Output;

    async fn invoke(&self, input: M::Input) -> Result<Prediction<M::Output>> {
        let rows = self.examples.nearest(&text_of(&input)?).await?;
        self.shown(&rows)?.invoke(input).await
    }
}

impl<M: Parameters> Parameters for KnnDemos<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("module", |path| self.module.walk(path, visit));
        path.field("examples", |path| self.examples.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("module", |path| self.module.walk_mut(path, visit));
        path.field("examples", |path| self.examples.walk_mut(path, visit));
    }
}

impl<M: fmt::Debug> fmt::Debug for KnnDemos<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnnDemos")
            .field("module", &self.module)
            .field("examples", &self.examples)
            .finish()
    }
}
