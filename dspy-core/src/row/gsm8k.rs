//! GSM8K: word problems with a number for an answer.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::DataError;
use super::objects::objects;
use super::reader::text_of;

/// A problem of GSM8K (Cobbe et al. 2021).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gsm8k {
    /// The problem.
    pub question: String,
    /// The steps of the solution, with the calculator's notes (`<<48/2=24>>`).
    pub reasoning: String,
    /// The number, without commas.
    pub answer: String,
}

/// Reads a local copy of GSM8K: its own `train.jsonl` and `test.jsonl`, or the same fields in JSON.
///
/// # Errors
/// [`DataError`], with file, line and field.
pub fn read_gsm8k(path: impl AsRef<Path>) -> Result<Vec<Gsm8k>, DataError> {
    let (name, text) = text_of(path.as_ref())?;
    let problem = |object: super::objects::Object| {
        let question = object.text("question", &name)?;
        let answer = object.text("answer", &name)?;
        let Some((reasoning, number)) = answer.rsplit_once("####") else {
            return Err(object.wrong(
                "answer",
                &name,
                "it does not end with `####` and a number".to_owned(),
            ));
        };
        Ok(Gsm8k {
            question: question.to_owned(),
            reasoning: reasoning.trim().to_owned(),
            answer: number.trim().replace(',', ""),
        })
    };
    objects(&text, &name)?.into_iter().map(problem).collect()
}
