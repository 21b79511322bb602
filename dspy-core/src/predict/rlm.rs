//! A recursive language model: long inputs stay in an interpreter, and the model looks into them.

mod queries;
mod submission;

use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::code_step::{CodeStep, code_of, shown};
use super::code_task::{
    CodeTask, ask, code_strategy, described, listed, no_rules, task, text, with,
};
use super::coded::{Coded, Ending};
use super::prediction::Prediction;
use super::predictor::Predictor;
use crate::error::{Error, Result};
use crate::interpreter::{DynInterpreter, HostFunction};
use crate::lm::Lm;
use crate::module::{Leaf, Module, invoke};
use crate::signature::{Fields, Signature, Task};
use queries::Queries;
use submission::Submission;

/// A recursive language model (Zhang, Kraska and Khattab, 2025): inputs of any length live as
/// variables in an interpreter, and the model explores them by code.
///
/// Prompts show of each input its length and a preview. Step by step the model writes code and sees
/// what it printed, shortened if need be. Code may ask a model about pieces (`llm_query(prompt)`, and
/// `llm_query_batched(prompts)`, which asks them all at once) and call the functions given by
/// [`with_function`](Self::with_function). It ends with `SUBMIT(field=…)`, whose values are checked
/// against the signature's types and rules; what does not fit is an exception in the code, for the
/// model to mend. Where the steps are used up first, the model answers from what it has found.
///
/// Costs one LM call for each step, by default at most 20; what the code asks, by default at most 50;
/// and one more where it does not submit in time.
///
/// Its parts are `generate_action`, `extract`, and `llm_query`: the task of the models that code
/// asks.
///
/// ```no_run
/// use dspy::prelude::*;
/// use dspy::predict::Rlm;
/// use dspy::sandbox::Sandbox;
///
/// # #[derive(Signature)] struct Find { #[input] book: String, #[input] question: String, #[output] answer: String }
/// # async fn run(book: String) -> dspy::Result<()> {
/// let find = Rlm::<Find>::new(Sandbox::new()?)
///     .with_sub_lm(&Lm::new("openai/gpt-4o-mini")?)
///     .with_max_llm_calls(100);
/// let out = find.call(FindInput { book, question: "Who is the thief?".into() }).await?;
/// println!("{} ({:?} after {} steps)", out.answer, out.ending, out.trajectory.len());
/// # Ok(()) }
/// ```
pub struct Rlm<S> {
    generate_action: Predictor,
    extract: Predictor,
    llm_query: Predictor,
    task: CodeTask,
    max_llm_calls: usize,
    concurrency: usize,
    signature: PhantomData<fn() -> S>,
}

/// The names that code calls things by; inputs cannot have them.
const TAKEN: [&str; 4] = ["llm_query", "llm_query_batched", "SUBMIT", "parallel"];

/// What a step gives.
#[derive(Deserialize)]
struct Action {
    reasoning: String,
    code: String,
}

impl<S: Signature> Rlm<S> {
    /// With at most 20 steps and 50 queries, of which 8 run at once. The interpreter runs the code.
    pub fn new(interpreter: impl Into<DynInterpreter>) -> Self {
        let schema = S::schema();
        let outputs = listed(schema.outputs());
        let variables =
            text("variables_info", "The inputs: variables, of which this is a glimpse.");
        let history = text("repl_history", "The code that ran so far, and what it gave.");
        let acting = [
            variables.clone(),
            text("environment", "What the code runs in, and what it can call."),
            history.clone(),
            text("iteration", "Which step this is."),
        ];
        let action = [
            text("reasoning", "What is known by now, and what to do next."),
            text("code", "The next piece of code."),
        ];
        let aim = format!(
            "The inputs are too long to read. They are variables of an interpreter: in each step you \
             write a piece of code, which is run, and see what it printed in the next. Variables \
             stay from step to step.\n\
             - Look first: print lengths and samples, find out how the data is made.\n\
             - Search and count by code. Ask `llm_query` what only a reader understands, about \
             pieces that it can read at once, and `llm_query_batched` about many of them.\n\
             - Pass values on in variables instead of writing them out again.\n\
             - Print a result and look at it before you hand it over by `SUBMIT`, which takes \
             {outputs} and ends the work."
        );
        let last = format!(
            "The inputs were explored by code; the history shows what was found. Give {outputs} as \
             well as that allows."
        );
        let query = crate::signature::SignatureSchema::new(
            "Query",
            [text("prompt", "")],
            [text("response", "")],
        )
        .with_instructions("Do what the prompt asks. Give the result and nothing else.");
        Self {
            generate_action: Predictor::new(task(&schema, acting, action, &aim)),
            extract: Predictor::new(task(
                &schema,
                [variables, history],
                schema.outputs().iter().cloned(),
                &last,
            )),
            llm_query: Predictor::new(query),
            task: CodeTask::new(interpreter.into(), 20, &schema, &TAKEN),
            max_llm_calls: 50,
            concurrency: 8,
            signature: PhantomData,
        }
    }

    /// The same for a signature whose type has no name: what `signature!("…")` gives.
    pub fn of(_task: Task<S>, interpreter: impl Into<DynInterpreter>) -> Self {
        Self::new(interpreter)
    }

    /// The same with this model for what the code asks. [`with_lm`](Self::with_lm) sets it as well:
    /// call that before.
    #[must_use]
    pub fn with_sub_lm(mut self, lm: &Lm) -> Self {
        Leaf::set_lm(&mut self.llm_query, lm);
        self
    }

    /// The same with at most this many queries by the code of one call.
    #[must_use]
    pub fn with_max_llm_calls(mut self, calls: usize) -> Self {
        self.max_llm_calls = calls;
        self
    }

    /// The same with at most this many queries of `llm_query_batched` at once; 0 counts as 1.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    async fn forward(self, input: S::Input) -> Result<Coded<S::Output>> {
        let inputs = self.task.inputs(&input)?;
        let queries =
            Arc::new(Queries::new(self.llm_query.clone(), self.max_llm_calls, self.concurrency));
        let submission = Arc::new(Submission::<S>::default());
        let own =
            [queries::one(&queries), queries::batch(&queries), submission::submit(&submission)];
        let setup =
            own.iter().cloned().fold(self.task.setup(&inputs), |all, one| all.function(one));
        let known = self.known(&inputs, &own);
        let mut session = self.task.interpreter.start(setup).await?;
        let mut trajectory: Vec<CodeStep> = Vec::new();
        while trajectory.len() < self.task.max_iters {
            let number = trajectory.len() + 1;
            let fields = |left_out| {
                let history = shown(&trajectory, left_out);
                let iteration = format!("{number} of {}", self.task.max_iters);
                with(&known, [("repl_history", history), ("iteration", iteration)])
            };
            let action = ask(&self.generate_action, no_rules, &trajectory, fields).await;
            let Action { reasoning, code } = match action {
                Ok(action) => action,
                Err(Error::Answer { error, .. }) => {
                    trajectory.push(CodeStep::unreadable(error.to_string()));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let code = code_of(&code);
            let run = session.run(&code).await?;
            if let Some(error) = queries.fatal() {
                return Err(error);
            }
            let limit = self.task.max_output_chars;
            trajectory.push(CodeStep::of(reasoning.clone(), code, &run, limit));
            if let Some((output, broken)) = submission.taken() {
                if let Some(slot) = Leaf::slot(&self.generate_action) {
                    slot.scope().note_broken(&broken);
                }
                let ending = Ending::Submitted;
                return Ok(Coded { trajectory, final_reasoning: reasoning, ending, output });
            }
        }
        let fields = |left_out| {
            with(&self.glimpse(&inputs), [("repl_history", shown(&trajectory, left_out))])
        };
        let output = ask(&self.extract, S::broken_rules, &trajectory, fields).await?;
        let final_reasoning = String::new();
        Ok(Coded { trajectory, final_reasoning, ending: Ending::StepLimit, output })
    }

    /// What every step is told of the variables and the interpreter.
    fn known(&self, inputs: &Fields, own: &[HostFunction]) -> Fields {
        let environment = self.task.environment(&Fields::new(), own);
        with(&self.glimpse(inputs), [("environment", environment)])
    }

    fn glimpse(&self, inputs: &Fields) -> Fields {
        let mut fields = Fields::new();
        fields.insert("variables_info".to_owned(), json!(described(&S::schema(), inputs)));
        fields
    }
}

code_strategy!(Rlm { generate_action, extract, llm_query });

// Not derived: that would ask for `S: Clone`.
impl<S> Clone for Rlm<S> {
    fn clone(&self) -> Self {
        Self {
            generate_action: self.generate_action.clone(),
            extract: self.extract.clone(),
            llm_query: self.llm_query.clone(),
            task: self.task.clone(),
            max_llm_calls: self.max_llm_calls,
            concurrency: self.concurrency,
            signature: PhantomData,
        }
    }
}

impl<S: Signature> Module for Rlm<S> {
    type Input = S::Input;
    type Output = Coded<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Coded<S::Output>>> {
        invoke(self, input, Self::forward).await
    }
}
