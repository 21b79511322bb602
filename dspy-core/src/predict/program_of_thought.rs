//! An answer worked out by a program that the model writes.

use std::marker::PhantomData;

use serde::Deserialize;

use super::chain_of_thought::reasoning;
use super::code_step::{CodeStep, code_of};
use super::code_task::{CodeTask, code_strategy, listed, no_rules, task, text, with};
use super::coded::{Coded, Ending};
use super::prediction::Prediction;
use super::predictor::Predictor;
use crate::error::Result;
use crate::interpreter::{CodeError, DynInterpreter, InterpreterError};
use crate::module::{Module, invoke};
use crate::signature::{Reasoned, Signature, Task};

/// Has the model write a program that works out the answer, runs it, and has the model answer from
/// what the program gave. A program that fails is written anew, with its error shown.
///
/// The inputs are in the prompt, and variables of the program. Costs 2 LM calls, and one more for
/// each program that failed: at most `max_iters` + 1, by default 4. After `max_iters` failed programs
/// the call fails with [`InterpreterError::GaveUp`].
///
/// Its parts are `code_generate`, `code_regenerate` and `generate_output`.
///
/// ```no_run
/// use dspy::prelude::*;
/// use dspy::predict::ProgramOfThought;
/// use dspy::sandbox::Sandbox;
///
/// # #[derive(Signature)] struct Count { #[input] text: String, #[output] vowels: u32 }
/// # async fn run() -> dspy::Result<()> {
/// let count = ProgramOfThought::<Count>::new(Sandbox::new()?);
/// let out = count.call("Programs count better than models.").await?;
/// println!("{} by\n{}", out.vowels, out.trajectory[0].code);
/// # Ok(()) }
/// ```
pub struct ProgramOfThought<S> {
    code_generate: Predictor,
    code_regenerate: Predictor,
    generate_output: Predictor,
    task: CodeTask,
    signature: PhantomData<fn() -> S>,
}

/// The names that the parts need beside those of the signature.
const TAKEN: [&str; 7] = [
    "environment",
    "reasoning",
    "generated_code",
    "previous_code",
    "error",
    "final_generated_code",
    "code_output",
];

/// What the parts that write code give.
#[derive(Deserialize)]
struct Written {
    generated_code: String,
}

impl<S: Signature> ProgramOfThought<S> {
    /// With at most 3 programs. The interpreter runs them.
    pub fn new(interpreter: impl Into<DynInterpreter>) -> Self {
        let schema = S::schema();
        let (inputs, outputs) = (schema.inputs(), schema.outputs());
        let environment = text("environment", "What the code runs in, and what it can call.");
        let code = text("generated_code", "Code that works out the answer.");
        let aim = format!(
            "Write a program that works out {} from {}; it is run as you write it. Let its last line \
             be an expression with the answer, or print the answer.",
            listed(outputs),
            listed(inputs)
        );
        let again =
            [text("previous_code", "The code that failed."), text("error", "How it failed.")];
        let last = [
            text("final_generated_code", "The code that ran."),
            text("code_output", "What it gave."),
        ];
        let writing = || inputs.iter().cloned().chain([environment.clone()]);
        Self {
            code_generate: Predictor::new(task(
                &schema,
                writing(),
                [reasoning(), code.clone()],
                &aim,
            )),
            code_regenerate: Predictor::new(task(
                &schema,
                writing().chain(again),
                [reasoning(), code],
                &format!("{aim} The program before failed: mend its error."),
            )),
            generate_output: Predictor::new(task(
                &schema,
                inputs.iter().cloned().chain(last),
                [reasoning()].into_iter().chain(outputs.iter().cloned()),
                &format!(
                    "A program was written for this and run. Give {} as it found it.",
                    listed(outputs)
                ),
            )),
            task: CodeTask::new(interpreter.into(), 3, &schema, &TAKEN),
            signature: PhantomData,
        }
    }

    /// The same for a signature whose type has no name: what `signature!("…")` gives.
    pub fn of(_task: Task<S>, interpreter: impl Into<DynInterpreter>) -> Self {
        Self::new(interpreter)
    }

    async fn forward(self, input: S::Input) -> Result<Coded<S::Output>> {
        let inputs = self.task.inputs(&input)?;
        let environment = self.task.environment(&inputs, []);
        let asking = with(&inputs, [("environment", environment)]);
        let mut trajectory: Vec<CodeStep> = Vec::new();
        let first = self.code_generate.predict(&asking, no_rules::<Reasoned<Written>>);
        let mut written = first.await?.into_output();
        let code = loop {
            let Reasoned { reasoning, output: Written { generated_code } } = written;
            let code = code_of(&generated_code);
            // Each program begins with nothing of the one before.
            let mut session = self.task.interpreter.start(self.task.setup(&inputs)).await?;
            let run = session.run(&code).await?;
            let error = run.error.clone();
            trajectory.push(CodeStep::of(
                reasoning,
                code.clone(),
                &run,
                self.task.max_output_chars,
            ));
            let Some(error) = error else { break code };
            if trajectory.len() >= self.task.max_iters {
                let attempts = trajectory.len();
                return Err(InterpreterError::GaveUp { attempts, error }.into());
            }
            let more = [("previous_code", code), ("error", told(&error))];
            let asking = with(&asking, more);
            written = self
                .code_regenerate
                .predict(&asking, no_rules::<Reasoned<Written>>)
                .await?
                .into_output();
        };
        let output = trajectory.last().map_or(String::new(), |step| step.output.clone());
        let asking = with(&inputs, [("final_generated_code", code), ("code_output", output)]);
        let rules = |answer: &Reasoned<S::Output>| S::broken_rules(&answer.output);
        let answer = self.generate_output.predict(&asking, rules).await?.into_output();
        Ok(Coded {
            trajectory,
            final_reasoning: answer.reasoning,
            ending: Ending::Finished,
            output: answer.output,
        })
    }
}

/// The error with the way it took, which helps to mend it.
fn told(error: &CodeError) -> String {
    match error {
        CodeError::Runtime { traceback, .. } if !traceback.is_empty() => traceback.clone(),
        other => other.to_string(),
    }
}

code_strategy!(ProgramOfThought { code_generate, code_regenerate, generate_output });

// Not derived: that would ask for `S: Clone`.
impl<S> Clone for ProgramOfThought<S> {
    fn clone(&self) -> Self {
        Self {
            code_generate: self.code_generate.clone(),
            code_regenerate: self.code_regenerate.clone(),
            generate_output: self.generate_output.clone(),
            task: self.task.clone(),
            signature: PhantomData,
        }
    }
}

impl<S: Signature> Module for ProgramOfThought<S> {
    type Input = S::Input;
    type Output = Coded<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Coded<S::Output>>> {
        invoke(self, input, Self::forward).await
    }
}
