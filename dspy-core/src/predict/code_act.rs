//! An agent whose actions are code.

use std::marker::PhantomData;

use serde::Deserialize;

use super::chain_of_thought::reasoning;
use super::code_step::{CodeStep, code_of, shown};
use super::code_task::{CodeTask, ask, code_strategy, listed, no_rules, task, text, with};
use super::coded::{Coded, Ending};
use super::prediction::Prediction;
use super::predictor::Predictor;
use crate::error::{Error, Result};
use crate::interpreter::DynInterpreter;
use crate::module::{Module, invoke};
use crate::signature::{Field, Reasoned, Signature, Task};

/// An agent that acts by code: step by step it writes a piece, sees what came of it, and goes on
/// until it has what it needs; then it answers.
///
/// The code keeps its variables from step to step, begins with the inputs as variables, and may call
/// the functions given by [`with_function`](Self::with_function). Whatever fails in a step — the code,
/// a function, an answer that cannot be read — is shown in the next. Where the steps grow too long for
/// the model, the older ones are left out.
///
/// Costs one LM call for each step, by default at most 5, and one for the answer.
///
/// Its parts are `codeact` and `extractor`.
///
/// ```no_run
/// use dspy::interpreter::HostFunction;
/// use dspy::prelude::*;
/// use dspy::predict::CodeAct;
/// use dspy::sandbox::Sandbox;
///
/// #[dspy::data]
/// struct Weather {
///     city: String,
/// }
///
/// # #[derive(Signature)] struct Trip { #[input] cities: Vec<String>, #[output] warmest: String }
/// # async fn run() -> dspy::Result<()> {
/// let weather = HostFunction::of("weather", "Degrees Celsius now.", |of: Weather| async move {
///     Ok(of.city.len())
/// });
/// let agent = CodeAct::<Trip>::new(Sandbox::new()?).with_function(weather);
/// let out = agent.call(["Oslo", "Rome"]).await?;
/// println!("{} after {} steps", out.warmest, out.trajectory.len());
/// # Ok(()) }
/// ```
pub struct CodeAct<S> {
    codeact: Predictor,
    extractor: Predictor,
    task: CodeTask,
    signature: PhantomData<fn() -> S>,
}

/// The names that the parts need beside those of the signature.
const TAKEN: [&str; 5] = ["environment", "trajectory", "generated_code", "finished", "reasoning"];

/// What a step gives.
#[derive(Deserialize)]
struct Act {
    generated_code: String,
    finished: bool,
}

impl<S: Signature> CodeAct<S> {
    /// With at most 5 steps. The interpreter runs the code.
    pub fn new(interpreter: impl Into<DynInterpreter>) -> Self {
        let schema = S::schema();
        let (inputs, outputs) = (schema.inputs(), schema.outputs());
        let trajectory = text("trajectory", "The code that ran so far, and what came of it.");
        let acting = inputs.iter().cloned().chain([
            text("environment", "What the code runs in, and what it can call."),
            trajectory.clone(),
        ]);
        let act = [
            text("generated_code", "The next piece of code."),
            Field::of::<bool>("finished")
                .with_desc("Whether nothing more has to be found out once this code has run."),
        ];
        let aim = format!(
            "You work on this in steps. In each you write a piece of code, which is run, and see \
             what it gave in the next. Find out all that is needed for {}, and print it. Variables \
             stay from step to step.",
            listed(outputs)
        );
        let whole = format!("The trajectory shows what was found out. Give {}.", listed(outputs));
        Self {
            codeact: Predictor::new(task(&schema, acting, act, &aim)),
            extractor: Predictor::new(task(
                &schema,
                inputs.iter().cloned().chain([trajectory]),
                [reasoning()].into_iter().chain(outputs.iter().cloned()),
                &whole,
            )),
            task: CodeTask::new(interpreter.into(), 5, &schema, &TAKEN),
            signature: PhantomData,
        }
    }

    /// The same for a signature whose type has no name: what `signature!("…")` gives.
    pub fn of(_task: Task<S>, interpreter: impl Into<DynInterpreter>) -> Self {
        Self::new(interpreter)
    }

    async fn forward(self, input: S::Input) -> Result<Coded<S::Output>> {
        let inputs = self.task.inputs(&input)?;
        let acting = with(&inputs, [("environment", self.task.environment(&inputs, []))]);
        let mut session = self.task.interpreter.start(self.task.setup(&inputs)).await?;
        let mut trajectory: Vec<CodeStep> = Vec::new();
        let mut ending = Ending::StepLimit;
        while trajectory.len() < self.task.max_iters && ending == Ending::StepLimit {
            let fields = |left_out| with(&acting, [("trajectory", shown(&trajectory, left_out))]);
            let act: Act = match ask(&self.codeact, no_rules, &trajectory, fields).await {
                Ok(act) => act,
                Err(Error::Answer { error, .. }) => {
                    trajectory.push(CodeStep::unreadable(error.to_string()));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let code = code_of(&act.generated_code);
            let run = session.run(&code).await?;
            // Code that failed has not found out what it should have, whatever the model hoped.
            if act.finished && run.error.is_none() {
                ending = Ending::Finished;
            }
            let step = CodeStep::of(String::new(), code, &run, self.task.max_output_chars);
            trajectory.push(step);
        }
        let fields = |left_out| with(&inputs, [("trajectory", shown(&trajectory, left_out))]);
        let rules = |answer: &Reasoned<S::Output>| S::broken_rules(&answer.output);
        let answer = ask(&self.extractor, rules, &trajectory, fields).await?;
        Ok(Coded { trajectory, final_reasoning: answer.reasoning, ending, output: answer.output })
    }
}

code_strategy!(CodeAct { codeact, extractor });

// Not derived: that would ask for `S: Clone`.
impl<S> Clone for CodeAct<S> {
    fn clone(&self) -> Self {
        Self {
            codeact: self.codeact.clone(),
            extractor: self.extractor.clone(),
            task: self.task.clone(),
            signature: PhantomData,
        }
    }
}

impl<S: Signature> Module for CodeAct<S> {
    type Input = S::Input;
    type Output = Coded<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Coded<S::Output>>> {
        invoke(self, input, Self::forward).await
    }
}
