//! HotPotQA: questions whose answers take several passages.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::DataError;
use super::objects::{Object, objects};
use super::reader::text_of;

/// A question of HotPotQA (Yang et al. 2018).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HotPotQa {
    /// Its id.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// `bridge` or `comparison`.
    pub kind: String,
    /// `easy`, `medium` or `hard`.
    pub level: String,
    /// Titles of the passages that the answer follows from, with the sentences that matter, counted
    /// from 0.
    pub supporting_facts: Vec<(String, usize)>,
    /// The passages given.
    pub context: Vec<Passage>,
}

/// A passage of Wikipedia.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Passage {
    /// Its title.
    pub title: String,
    /// Its sentences.
    pub sentences: Vec<String>,
}

/// Reads a local copy of HotPotQA in its own form (`hotpot_train_v1.1.json`) or as Hugging Face has it,
/// as JSON or JSON Lines. What a file leaves out besides question and answer is empty.
///
/// # Errors
/// [`DataError`], with file, line and field.
pub fn read_hotpot_qa(path: impl AsRef<Path>) -> Result<Vec<HotPotQa>, DataError> {
    let (name, text) = text_of(path.as_ref())?;
    objects(&text, &name)?.iter().map(|object| question(object, &name)).collect()
}

fn question(object: &Object, name: &str) -> Result<HotPotQa, DataError> {
    let optional = |field: &str| match object.fields.contains_key(field) {
        true => object.text(field, name).map(str::to_owned),
        false => Ok(String::new()),
    };
    let id = if object.fields.contains_key("_id") { "_id" } else { "id" };
    Ok(HotPotQa {
        id: optional(id)?,
        question: object.text("question", name)?.to_owned(),
        answer: object.text("answer", name)?.to_owned(),
        kind: optional("type")?,
        level: optional("level")?,
        supporting_facts: pairs(object, "supporting_facts", "sent_id", name)?,
        context: pairs(object, "context", "sentences", name)?
            .into_iter()
            .map(|(title, sentences)| Passage { title, sentences })
            .collect(),
    })
}

/// Titles with something, as a list of pairs or as two lists side by side.
fn pairs<T: serde::de::DeserializeOwned>(
    object: &Object,
    field: &str,
    second: &str,
    name: &str,
) -> Result<Vec<(String, T)>, DataError> {
    let value = match object.fields.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(lists)) => {
            let list = |name: &str| lists.get(name).and_then(Value::as_array).into_iter().flatten();
            list("title")
                .zip(list(second))
                .map(|(a, b)| Value::from(vec![a.clone(), b.clone()]))
                .collect()
        }
        Some(other) => other.clone(),
    };
    serde_json::from_value(value).map_err(|error| object.wrong(field, name, error.to_string()))
}
