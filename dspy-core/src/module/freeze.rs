//! Keeping parts of a program from being optimized.

use super::program::leaf_paths;
use super::{Leaf, Parameters, Path, Select};
use crate::error::{Error, Result};

/// Freezes the leaves that a selection matches, and gives their paths: they are walked, saved and
/// loaded as before, but optimizers leave them alone.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::module::{freeze, parameters, unfreeze};
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// #[derive(Clone, Default, Parameters)]
/// struct Rag {
///     query: Predict<Qa>,
///     answer: ChainOfThought<Qa>,
/// }
///
/// #[derive(Clone, Default, Parameters)]
/// struct Program {
///     rag: Rag,
///     judge: Predict<Qa>,
/// }
///
/// let mut program = Program::default();
/// assert_eq!(freeze(&mut program, "rag.*")?, ["rag.query", "rag.answer"]);
/// assert!(parameters(&program).iter().all(|p| p.frozen == p.path.starts_with("rag.")));
/// unfreeze(&mut program, "rag.answer")?;
/// # Ok::<(), dspy::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] where nothing matches, or a matching leaf of your own cannot be frozen (see
/// [`Leaf::set_frozen`]); the others are frozen all the same.
pub fn freeze<P: Parameters + ?Sized>(
    program: &mut P,
    select: impl Into<Select>,
) -> Result<Vec<String>> {
    set_frozen(program, &select.into(), true)
}

/// Lets optimizers change the matching leaves again, and gives their paths. What the program's type
/// freezes, by `#[module(frozen(…))]` or `#[parameters(frozen)]`, stays frozen.
///
/// # Errors
/// As [`freeze`].
pub fn unfreeze<P: Parameters + ?Sized>(
    program: &mut P,
    select: impl Into<Select>,
) -> Result<Vec<String>> {
    set_frozen(program, &select.into(), false)
}

fn set_frozen<P: Parameters + ?Sized>(
    program: &mut P,
    select: &Select,
    frozen: bool,
) -> Result<Vec<String>> {
    let known = leaf_paths(program);
    let chosen: Vec<_> = known.iter().filter(|path| select.matches(path)).cloned().collect();
    if chosen.is_empty() {
        return Err(Error::Invalid(format!(
            "no leaf of the program matches {select}; it has: {}",
            known.join(", ")
        )));
    }
    let mut refused = Vec::new();
    program.walk_mut(&mut Path::root(), &mut |path: &Path, leaf: &mut dyn Leaf| {
        if select.matches(path.as_str()) && !leaf.set_frozen(frozen) {
            refused.push(path.to_string());
        }
    });
    if refused.is_empty() {
        return Ok(chosen);
    }
    Err(Error::Invalid(format!(
        "`{}` cannot be frozen or thawed at run time: freeze the field by `#[module(frozen(…))]` or \
         `#[parameters(frozen)]`, or write `Leaf::set_frozen` for it",
        refused.join("`, `")
    )))
}
