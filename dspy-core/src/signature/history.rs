//! Past turns of a conversation, as an input.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fields, Signature};
use crate::wire;

/// The word of the schema marker by which adapters know a [`History`].
pub const HISTORY: &str = "history";

/// Past turns of the same task. As an input field, each turn becomes messages before the question: its
/// inputs what the user said, its outputs what the model answered. The field itself is not shown.
///
/// As JSON it is `{"messages": [{…}, …]}`, which is also how DSPy writes it.
///
/// ```
/// use dspy::History;
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Chat {
///     #[input]
///     question: String,
///     #[input]
///     history: History,
///     #[output]
///     answer: String,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let chat = Predict::<Chat>::new().with_lm(Lm::embedded());
/// let mut history = History::new();
/// let input = ChatInput { question: "Where is the key?".into(), history: history.clone() };
/// let out = chat.call(input.clone()).await?;
/// history.add(&input, out.output())?;
/// let input = ChatInput { question: "Are you sure?".into(), history };
/// assert!(chat.explain(input)?.contains("Where is the key?"));
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-dspy" = "history"))]
pub struct History {
    /// The turns in order, each a map of the task's fields.
    #[serde(rename = "messages")]
    pub turns: Vec<Fields>,
}

impl History {
    /// No turns yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns of a signature: inputs with the outputs they got, of its own types.
    ///
    /// ```
    /// use dspy::History;
    /// use dspy::prelude::*;
    ///
    /// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
    /// let turn = (QaInput { question: "Who?".into() }, QaOutput { answer: "Ada".into() });
    /// let history = History::of::<Qa>([turn])?;
    /// assert_eq!(history.turns[0]["answer"], "Ada");
    /// # Ok::<(), dspy::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn of<S: Signature>(
        turns: impl IntoIterator<Item = (S::Input, S::Output)>,
    ) -> Result<Self, NoFields> {
        let mut history = Self::new();
        for (input, output) in turns {
            history.add(&input, &output)?;
        }
        Ok(history)
    }

    /// Adds a turn: an input of the task and the output it got. A history inside the input is left
    /// out; its turns are here already.
    ///
    /// # Errors
    /// [`NoFields`] where one of them is no map of fields.
    pub fn add(&mut self, input: &impl Serialize, output: &impl Serialize) -> Result<(), NoFields> {
        let mut turn = Fields::new();
        for value in [wire::to_value(input), wire::to_value(output)] {
            match value {
                Ok(Value::Object(fields)) => turn.extend(fields),
                Ok(other) => return Err(NoFields { found: other.to_string() }),
                Err(error) => return Err(NoFields { found: error.to_string() }),
            }
        }
        turn.retain(|_, value| !is_history(value));
        self.turns.push(turn);
        Ok(())
    }
}

fn is_history(value: &Value) -> bool {
    let turns = value.as_object().filter(|fields| fields.len() == 1);
    let turns = turns.and_then(|fields| fields.get("messages")?.as_array());
    turns.is_some_and(|turns| turns.iter().all(Value::is_object))
}

impl From<Vec<Fields>> for History {
    fn from(turns: Vec<Fields>) -> Self {
        Self { turns }
    }
}

/// A turn that is no map of fields.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a turn of a history must be a map of fields, not `{found}`; give the structs of the task")]
pub struct NoFields {
    /// What was given instead, or why it could not be written as JSON.
    pub found: String,
}
