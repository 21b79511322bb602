//! What a call gives: the output, and what is known about how it came about.

use std::ops::{Deref, DerefMut};

use super::assertion::Site;
use super::exchange::Summary;
use crate::lm::{ToolCall, Usage};
use crate::run::{Noted, Run, Scope, Trace};
use crate::signature::BrokenRule;

/// A program's output with what it cost and what it warned of. Dereferences to the output.
#[derive(Clone, Debug)]
pub struct Prediction<O> {
    output: O,
    others: Vec<O>,
    usage: Usage,
    warnings: Vec<String>,
    broken_checks: Vec<BrokenRule>,
    /// What the completion holds beside its text.
    tool_calls: Vec<ToolCall>,
    reasoning: Option<String>,
    reward: Option<f64>,
    run: Option<Run>,
    /// The call that assertions send back.
    site: Option<Site>,
}

impl<O> Prediction<O> {
    /// A prediction of outputs that nothing else is known of.
    pub(crate) fn of_outputs(output: O, others: Vec<O>) -> Self {
        Self {
            output,
            others,
            usage: Usage::default(),
            warnings: Vec::new(),
            broken_checks: Vec::new(),
            tool_calls: Vec::new(),
            reasoning: None,
            reward: None,
            run: None,
            site: None,
        }
    }

    /// A prediction of what one call gave, and what became known of it.
    pub(super) fn of_call(output: O, others: Vec<O>, known: Summary, site: Site) -> Self {
        let Summary { usage, warnings, broken_checks, tool_calls, reasoning, .. } = known;
        Self {
            usage,
            warnings,
            broken_checks,
            tool_calls,
            reasoning,
            site: Some(site),
            ..Self::of_outputs(output, others)
        }
    }

    /// A prediction of what an invocation gave.
    pub(crate) fn of_invocation(output: O, noted: Noted, site: Option<Site>) -> Self {
        let Noted { usage, warnings, broken_checks } = noted;
        Self { usage, warnings, broken_checks, site, ..Self::of_outputs(output, Vec::new()) }
    }

    pub(crate) fn site(&self) -> Option<&Site> {
        self.site.as_ref()
    }

    /// The prediction that a strategy chose among several: all that the strategy spent, what it
    /// noted on the way, and the reward, where there is one.
    pub(crate) fn chosen(mut self, scope: &Scope, notes: Vec<String>, reward: Option<f64>) -> Self {
        notes.iter().for_each(|note| scope.warn(note));
        self.usage = scope.end().usage;
        self.warnings.extend(notes);
        self.reward = reward;
        self
    }

    pub(crate) fn with_run(mut self, run: Run) -> Self {
        self.run = Some(run);
        self
    }

    /// The output alone.
    pub fn into_output(self) -> O {
        self.output
    }

    /// The output.
    pub fn output(&self) -> &O {
        &self.output
    }

    /// The further completions, where `n` asked for more than one. Those that could not be read
    /// are left out and named in the warnings.
    pub fn others(&self) -> &[O] {
        &self.others
    }

    /// All completions, the output first.
    ///
    /// ```
    /// use dspy::prelude::*;
    ///
    /// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
    /// let prediction = ask.call("Name a colour: red, green or blue?").n(5).temperature(1.0).await?;
    /// assert_eq!(prediction.completions().count(), 5);
    /// let answer = dspy::predict::majority(prediction.into_completions())?.answer;
    /// # let _: String = answer;
    /// # Ok::<(), dspy::Error>(()) }).unwrap();
    /// ```
    pub fn completions(&self) -> impl Iterator<Item = &O> {
        std::iter::once(&self.output).chain(&self.others)
    }

    /// All completions by themselves, the output first.
    pub fn into_completions(self) -> Vec<O> {
        std::iter::once(self.output).chain(self.others).collect()
    }

    /// What the reward function gave for the output, where
    /// [`BestOfN`](super::BestOfN) or [`Refine`](super::Refine) chose it.
    pub fn reward(&self) -> Option<f64> {
        self.reward
    }

    /// What the call spent, everything inside included. Cached answers cost nothing.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// What a careful reader should know, such as a value that had to be repaired.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The `#[check(…)]` rules that the output does not keep, although the model was asked again; for a
    /// program, those that the outputs of the calls inside do not keep, and what a
    /// [`suggest!`](macro@crate::suggest) asked for in vain. Each is among the
    /// [`warnings`](Self::warnings), too.
    pub fn broken_checks(&self) -> &[BrokenRule] {
        &self.broken_checks
    }

    /// The tools that the model asked for beside its text, by its provider's own means. For a program
    /// none: the calls inside have them.
    pub fn tool_calls(&self) -> &[ToolCall] {
        &self.tool_calls
    }

    /// What the model thought before it answered, where its provider shows that apart from the text.
    /// For a program `None`: the calls inside have it.
    pub fn reasoning(&self) -> Option<&str> {
        self.reasoning.as_deref()
    }

    /// The calls made, where the call asked for [`record`](crate::module::Call::record).
    pub fn trace(&self) -> Trace {
        self.run.as_ref().map(Run::trace).unwrap_or_default()
    }
}

impl<O> Deref for Prediction<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

impl<O> DerefMut for Prediction<O> {
    fn deref_mut(&mut self) -> &mut O {
        &mut self.output
    }
}
