//! What can be done with any program: list, change, give a model, attach to a run.

use std::sync::Arc;

use serde_json::Value;

use super::parameter::{Parameter, ParameterError, ParameterKind};
use super::{Leaf, Parameters, Path};
use crate::adapter::{Adapter, DynAdapter};
use crate::lm::{Lm, Settings};
use crate::run::{Attempt, Run, Slot};
use crate::signature::{Demo, SignatureSchema};

/// The paths of all leaves, in walking order.
pub fn leaf_paths<P: Parameters + ?Sized>(program: &P) -> Vec<String> {
    let mut paths = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, _: &dyn Leaf| paths.push(path.to_string()));
    paths
}

/// All parameters with their values, in walking order.
pub fn parameters<P: Parameters + ?Sized>(program: &P) -> Vec<Parameter> {
    let mut all = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        all.extend(leaf.parameters().into_iter().map(|(kind, value)| Parameter {
            path: path.to_string(),
            kind,
            value,
            frozen: path.is_frozen(),
        }));
    });
    all
}

/// The value of one parameter.
pub fn parameter_value<P: Parameters + ?Sized>(
    program: &P,
    path: &str,
    kind: &ParameterKind,
) -> Option<Value> {
    parameters(program).into_iter().find(|p| p.path == path && &p.kind == kind).map(|p| p.value)
}

/// The paths and tasks of all predictors, with whether each is frozen, in walking order.
pub fn task_schemas<P: Parameters + ?Sized>(program: &P) -> Vec<(String, SignatureSchema, bool)> {
    let mut all = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        if let Some(schema) = leaf.schema() {
            all.push((path.to_string(), schema.clone(), path.is_frozen()));
        }
    });
    all
}

/// The tasks of all predictors, by their paths in the run that the program takes part in.
pub(super) fn tasks_of<P: Parameters + ?Sized>(program: &P) -> Vec<(String, SignatureSchema)> {
    let mut all = Vec::new();
    program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        if let Some(schema) = leaf.schema() {
            let path = leaf.slot().map_or_else(|| path.to_string(), |slot| slot.path().to_owned());
            all.push((path, schema.clone()));
        }
    });
    all
}

/// Changes one parameter.
///
/// # Errors
/// [`ParameterError`] where the program has no such leaf or parameter, or the value does not fit.
pub fn set_parameter<P: Parameters + ?Sized>(
    program: &mut P,
    path: &str,
    kind: &ParameterKind,
    value: Value,
) -> Result<(), ParameterError> {
    let mut outcome = None;
    let mut value = Some(value);
    program.walk_mut(&mut Path::root(), &mut |at: &Path, leaf: &mut dyn Leaf| {
        if at.as_str() == path
            && let Some(value) = value.take()
        {
            outcome = Some(leaf.set(kind, value));
        }
    });
    outcome.unwrap_or_else(|| {
        Err(ParameterError::Invalid {
            kind: kind.to_string(),
            message: format!(
                "the program has no leaf `{path}`; it has: {}",
                leaf_paths(program).join(", ")
            ),
        })
    })
}

/// Replaces the demonstrations of one predictor.
///
/// # Errors
/// As [`set_parameter`].
pub fn set_demos<P: Parameters + ?Sized>(
    program: &mut P,
    path: &str,
    demos: &[Demo],
) -> Result<(), ParameterError> {
    let kind = ParameterKind::DEMOS;
    let value =
        serde_json::to_value(demos).map_err(|error| ParameterError::invalid(&kind, error))?;
    set_parameter(program, path, &kind, value)
}

/// Gives every predictor this model.
pub fn set_lm<P: Parameters + ?Sized>(program: &mut P, lm: &Lm) {
    program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| leaf.set_lm(lm));
}

/// Gives every predictor this adapter.
///
/// ```
/// use dspy::adapter::JsonAdapter;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let mut program = ChainOfThought::<Qa>::new();
/// dspy::module::set_adapter(&mut program, JsonAdapter::new());
/// assert!(program.explain("Who?")?.contains("one JSON object"));
/// # Ok::<(), dspy::Error>(())
/// ```
pub fn set_adapter<P: Parameters + ?Sized>(program: &mut P, adapter: impl Adapter) {
    let adapter = DynAdapter::new(adapter);
    program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| {
        leaf.set_adapter(&adapter);
    });
}

/// Lays sampling settings over those of every predictor.
pub fn set_settings<P: Parameters + ?Sized>(program: &mut P, settings: &Settings) {
    program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| {
        leaf.lay_settings(settings);
    });
}

/// Sets how often assertions send an answer of each predictor back, as `with_assertion_retries` does
/// for one.
pub fn set_assertion_retries<P: Parameters + ?Sized>(program: &mut P, retries: u32) {
    program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| {
        leaf.set_assertion_retries(retries);
    });
}

/// The model of the first predictor that has one of its own.
pub fn lm_of<P: Parameters + ?Sized>(program: &P) -> Option<Lm> {
    let mut lm = None;
    program.walk(&mut Path::unnamed(), &mut |_: &Path, leaf: &dyn Leaf| {
        if lm.is_none() {
            lm = leaf.lm().cloned();
        }
    });
    lm
}

/// Puts every leaf of the program into a run, outside any invocation as yet.
///
/// Do it to a clone: a program outside a run has no run attached.
pub fn attach<P: Parameters + ?Sized>(program: &mut P, run: &Run) {
    let scope = run.root_scope();
    program.walk_mut(&mut Path::root(), &mut |path: &Path, leaf: &mut dyn Leaf| {
        leaf.set_slot(Some(Arc::new(Slot::new(run, &scope, path.as_str()))));
    });
}

/// Puts every leaf into a try of an invocation: at its place in the run it takes part in, or in the
/// run of that invocation. A program of which no leaf `has_place` is named at once.
pub(super) fn enter<P: Parameters + ?Sized>(
    program: &mut P,
    run: &Run,
    attempt: &Attempt,
    has_place: bool,
) {
    let mut all_have_places = has_place;
    if has_place {
        program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| match leaf
            .slot()
            .map(|slot| Arc::new(slot.in_attempt(attempt)))
        {
            None => all_have_places = false,
            moved => leaf.set_slot(moved),
        });
    }
    if all_have_places {
        return;
    }
    program.walk_mut(&mut Path::root(), &mut |path: &Path, leaf: &mut dyn Leaf| {
        if leaf.slot().is_none() {
            let place = Slot::first(run, attempt, path.as_str());
            leaf.set_slot(Some(Arc::new(place)));
        }
    });
}

/// Moves every leaf into another run, under the invocation that its root stands for.
pub(crate) fn move_to<P: Parameters + ?Sized>(program: &mut P, run: &Run) {
    program.walk_mut(&mut Path::unnamed(), &mut |_: &Path, leaf: &mut dyn Leaf| {
        let moved = leaf.slot().map(|slot| Arc::new(slot.in_run(run)));
        leaf.set_slot(moved);
    });
}

/// The run that the program takes part in.
pub(crate) fn slot_of<P: Parameters + ?Sized>(program: &P) -> Option<Arc<Slot>> {
    let mut slot = None;
    program.walk(&mut Path::unnamed(), &mut |_: &Path, leaf: &dyn Leaf| {
        if slot.is_none() {
            slot = leaf.slot().cloned();
        }
    });
    slot
}
