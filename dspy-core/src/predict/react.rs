//! An agent that thinks, acts by tools, and answers.

mod answered;
mod limits;
mod memory;
mod protocol;
mod solve;
mod tasks;
mod trajectory;

pub use answered::Answered;
pub use trajectory::{Finish, Outcome, Step, ToolUse, Trajectory};

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::{Prediction, Predictor};
use crate::adapter::{Adapter, DynAdapter, FINISH};
use crate::error::Result;
use crate::lm::{Lm, Settings};
use crate::module::{self, Leaf, Module, Parameters, Path, Visit, VisitMut};
use crate::signature::{Signature, Task};
use crate::tool::{Tool, ToolError, Toolset};
use limits::Limits;

/// An agent: step by step the model thinks, calls tools and sees what they give, until it knows
/// enough; then it gives the outputs. (Yao et al. 2022, arXiv:2210.03629.)
///
/// Costs one LM call for each step and one for the answer, so at most 21 unless the tools call
/// models, too; and one more for each follow-up after an answer that could not be read, and each time
/// that the steps outgrow the context window.
///
/// The output is [`Answered`]: the signature's own outputs, with `out.reasoning` and
/// `out.trajectory`.
///
/// # Tools
///
/// Where the model has tool calls of its own, they are used, and the tools of one step run at the
/// same time. Elsewhere each step is a text with the fields `next_thought`, `next_tool_name` and
/// `next_tool_args`, which names one tool. [`native`](Self::native) decides otherwise. Both have the
/// same parameters, and share demonstrations; of a step with several calls, a demonstration has the
/// first.
///
/// Nothing a tool does ends a run: its failure, its panic, its time limit, a tool that there is not,
/// arguments that do not fit and answers out of form are shown to the model as what came of the
/// step. What a tool gives is data, whatever it reads like.
///
/// # How it ends
///
/// By the model's own decision, or by a limit; the trajectory's [`Finish`] says which. The answer is
/// made of what was found out in either case. A run fails only where nothing can be asked: without a
/// model or with a refused key, with inputs that are no fields, or when the last call, for the
/// answer, fails.
///
/// # Parameters
///
/// `react` chooses steps, `extract.predict` gives the answer, as in DSPy; `tools['name']` are the
/// words of each tool. A trajectory is demonstrated step by step: a demonstration of `react` has the
/// inputs, a `trajectory` so far, and the next step.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::lm::Scripted;
/// use dspy::predict::Finish;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: u32,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let population = Tool::new("population", "Of a city.", |city: String| async move {
///     if city == "Bergen" { Ok(291_940) } else { Err("no such city") }
/// });
/// let model = Scripted::texts([
///     "[[ ## next_thought ## ]]\nLook it up.\n\n[[ ## next_tool_name ## ]]\npopulation\n\n\
///      [[ ## next_tool_args ## ]]\n{\"input\": \"Bergen\"}\n\n[[ ## completed ## ]]",
///     "[[ ## next_thought ## ]]\nThat is it.\n\n[[ ## next_tool_name ## ]]\nfinish\n\n\
///      [[ ## next_tool_args ## ]]\n{}\n\n[[ ## completed ## ]]",
///     "[[ ## reasoning ## ]]\nIt was looked up.\n\n[[ ## answer ## ]]\n291,940\n\n\
///      [[ ## completed ## ]]",
/// ]);
/// let agent = ReAct::<Qa>::new([population])?.with_lm(&model.lm());
/// let out = agent.call("How many people live in Bergen?").await?;
/// assert_eq!(out.answer, 291_940);
/// assert_eq!(out.trajectory.steps[0].calls[0].outcome.text(), "291940");
/// assert_eq!(out.trajectory.finish, Finish::Answered);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct ReAct<S> {
    react: Predictor,
    extract: Predictor,
    tools: Toolset,
    limits: Limits,
    native: Option<bool>,
    signature: PhantomData<fn() -> S>,
}

impl<S: Signature> ReAct<S> {
    /// An agent with these tools, which may take 20 steps.
    ///
    /// # Errors
    /// [`ToolError`] for two tools with one name, a name that providers refuse, and `finish`, which
    /// ends the steps; [`SignatureError`](crate::signature::SignatureError) where the signature has a
    /// field `trajectory`, `reasoning`, `next_thought`, `next_tool_name` or `next_tool_args`.
    pub fn new(tools: impl IntoIterator<Item = Tool>) -> Result<Self> {
        let tools = Toolset::new(tools)?;
        if let Some(tool) = tools.get(FINISH) {
            let (name, reason) = (tool.name().to_owned(), "that tool ends the steps of an agent");
            return Err(ToolError::Name { name, reason }.into());
        }
        let task = S::schema();
        let mut react = Predictor::new(tasks::step(&task, &tools));
        // The next step sees what was wrong with the last.
        react.set_follow_ups(0);
        Ok(Self {
            react,
            extract: Predictor::new(tasks::answer(&task)?),
            tools,
            limits: Limits::default(),
            native: None,
            signature: PhantomData,
        })
    }

    /// The same as [`new`](Self::new), for a signature whose type has no name: what `signature!("…")`
    /// gives.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(_task: Task<S>, tools: impl IntoIterator<Item = Tool>) -> Result<Self> {
        Self::new(tools)
    }

    /// The same agent on this model, tools that are programs included.
    #[must_use]
    pub fn with_lm(mut self, lm: &Lm) -> Self {
        module::set_lm(&mut self, lm);
        self
    }

    /// The same agent with these sampling settings laid over its own.
    #[must_use]
    pub fn with_settings(mut self, settings: &Settings) -> Self {
        self.react.lay_settings(settings);
        self.extract.lay_settings(settings);
        self
    }

    /// The same agent with another adapter: for its answer, and for its steps where they are texts.
    #[must_use]
    pub fn with_adapter(mut self, adapter: impl Adapter) -> Self {
        let adapter = DynAdapter::new(adapter);
        self.react.set_adapter(&adapter);
        self.extract.set_adapter(&adapter);
        self
    }

    /// Whether tools are called by the provider's own means. By default where the model says that it
    /// has them.
    #[must_use]
    pub fn native(mut self, native: bool) -> Self {
        self.native = Some(native);
        self
    }

    /// The most steps; 20 by default. With 0 the agent answers at once.
    #[must_use]
    pub fn max_iterations(mut self, steps: usize) -> Self {
        self.limits.iterations = steps;
        self
    }

    /// The most calls of models, those of tools and the one for the answer included. No limit by
    /// default. Answers from a cache do not count, and a step under way is not cut short.
    #[must_use]
    pub fn max_calls(mut self, calls: u64) -> Self {
        self.limits.calls = Some(calls);
        self
    }

    /// The tokens, in requests and answers and those of tools included, after which no step is begun.
    /// No limit by default.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u64) -> Self {
        self.limits.tokens = Some(tokens);
        self
    }

    /// The time after which no step is begun, and a step under way is given up. The answer comes
    /// after it. No limit by default; it needs tokio's timer.
    #[must_use]
    pub fn max_time(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// The most characters of one observation; 20,000 by default. Of a longer one the middle is left
    /// out, which the model is told.
    #[must_use]
    pub fn max_observation(mut self, characters: usize) -> Self {
        self.limits.observation = characters;
        self
    }

    /// The tools.
    pub fn tools(&self) -> &Toolset {
        &self.tools
    }

    /// The predictor that chooses steps.
    pub fn react(&self) -> &Predictor {
        &self.react
    }

    /// The predictor that answers in the end.
    pub fn extract(&self) -> &Predictor {
        &self.extract
    }
}

impl<S: Signature> Module for ReAct<S> {
    type Input = S::Input;
    type Output = Answered<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Answered<S::Output>>> {
        module::invoke(self, input, |agent: Self, input| async move { agent.solve(input).await })
            .await
    }
}

impl<S> Parameters for ReAct<S> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("react", |path| self.react.walk(path, visit));
        path.field("extract", |path| {
            path.field("predict", |path| self.extract.walk(path, visit));
        });
        path.field("tools", |path| self.tools.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("react", |path| self.react.walk_mut(path, visit));
        path.field("extract", |path| {
            path.field("predict", |path| self.extract.walk_mut(path, visit));
        });
        path.field("tools", |path| self.tools.walk_mut(path, visit));
    }
}

// Not derived: that would ask for `S: Clone`.
impl<S> Clone for ReAct<S> {
    fn clone(&self) -> Self {
        Self {
            react: self.react.clone(),
            extract: self.extract.clone(),
            tools: self.tools.clone(),
            limits: self.limits,
            native: self.native,
            signature: PhantomData,
        }
    }
}

impl<S> fmt::Debug for ReAct<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tools: Vec<_> = self.tools.names().collect();
        f.debug_struct("ReAct").field("tools", &tools).finish_non_exhaustive()
    }
}
