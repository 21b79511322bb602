//! [`Reasoning`]: what a model thought before it answered.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Form, NativeAnswer, Target};
use crate::lm::Part;

/// The word by which predictors know the type.
pub(crate) const REASONING: &str = "reasoning";

/// What a model thought before it answered: an output that is the model's own reasoning where its
/// provider shows that, and a text that it writes like any other where not.
///
/// A model that is set to think (by `reasoning_effort`) is not asked for the field at all. As JSON it
/// is a text, and it dereferences to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reasoning(String);

impl Reasoning {
    /// Thoughts of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Deref for Reasoning {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reasoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Reasoning {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Reasoning {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Form for Reasoning {
    fn word() -> Cow<'static, str> {
        REASONING.into()
    }

    fn title() -> Cow<'static, str> {
        // To a model it is a text like any other.
        "text".into()
    }

    fn schema() -> Value {
        json!({"type": "string"})
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        Ok(vec![Part::text(self.0.as_str())])
    }

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.trim().to_owned()))
    }

    fn native(answer: &NativeAnswer<'_>) -> Option<Self> {
        answer.completion.reasoning().map(Self)
    }
}

crate::form!(Reasoning);
