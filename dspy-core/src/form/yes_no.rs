//! [`YesNo`]: a yes or no with its probability.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::probability::{first_in, shown, word_in};
use super::{Form, FormError, Inputs, NativeAnswer, Target, evidence};
use crate::lm::Part;

/// The word by which predictors know the type.
pub(crate) const YES_NO: &str = "yes_no";

/// Where nothing was fitted.
const EVEN: f64 = 0.5;

/// A yes or no that comes with its probability: from the tokens' log-probabilities where the model
/// gives them, or else as the model states it.
///
/// The value is yes where the probability reaches a threshold. That is a parameter of the predictor
/// (`fields`, by the output's name), 0.5 at first; it is saved with the program, and
/// [`FitDecision`](crate::optimize::FitDecision) finds a better one from labelled rows.
///
/// ```
/// use dspy::form::YesNo;
/// use dspy::prelude::*;
///
/// /// Is the mail urgent?
/// #[derive(Signature)]
/// struct Triage {
///     #[input]
///     mail: String,
///     #[output]
///     urgent: YesNo,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let model = dspy::lm::Scripted::texts(["[[ ## urgent ## ]]\nYes (0.8)"]);
/// let out = Predict::<Triage>::new().with_lm(model.lm()).call("It burns!").await?;
/// assert!(out.urgent.value());
/// assert_eq!(out.urgent.probability(), 0.8);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YesNo {
    /// What was said, whatever the probability.
    said: bool,
    /// Of yes; `None` between an answer that states none and the check that refuses it.
    probability: Option<f64>,
    threshold: f64,
}

impl YesNo {
    /// A decision with this probability of yes, judged at 0.5.
    ///
    /// # Errors
    /// [`FormError::Probability`] for a number outside of 0 to 1.
    pub fn new(probability: f64) -> Result<Self, FormError> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(FormError::Probability(probability));
        }
        Ok(Self { said: probability >= EVEN, probability: Some(probability), threshold: EVEN })
    }

    /// A decision that is certain, for labels and demonstrations.
    pub fn certain(value: bool) -> Self {
        Self { said: value, probability: Some(f64::from(u8::from(value))), threshold: EVEN }
    }

    /// Whether it is yes: whether the probability reaches the threshold.
    pub fn value(&self) -> bool {
        self.probability.map_or(self.said, |probability| probability >= self.threshold)
    }

    /// The probability of yes, from 0 to 1.
    pub fn probability(&self) -> f64 {
        self.probability.unwrap_or(f64::from(u8::from(self.said)))
    }

    /// The probability from which on it is yes.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// How far the probability is from the threshold, as a share of how far it could be: 0 on the
    /// threshold, 1 where nothing could be surer.
    pub fn confidence(&self) -> f64 {
        let farthest = self.threshold.max(1.0 - self.threshold);
        (self.probability() - self.threshold).abs() / farthest
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    value: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default = "even", skip_serializing_if = "is_even")]
    threshold: f64,
}

fn even() -> f64 {
    EVEN
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_even(threshold: &f64) -> bool {
    *threshold == EVEN
}

impl Serialize for YesNo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { probability, threshold, .. } = *self;
        Saved { value: self.value(), probability, threshold }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { value, probability, threshold } = Saved::deserialize(deserializer)?;
        let wrong = |number: &&f64| !(0.0..=1.0).contains(*number);
        match [Some(&threshold), probability.as_ref()].into_iter().flatten().find(wrong) {
            Some(number) => Err(serde::de::Error::custom(FormError::Probability(*number))),
            None => Ok(Self { said: value, probability, threshold }),
        }
    }
}

/// The words for yes and for no.
fn labels() -> [Vec<String>; 2] {
    [["yes", "true"], ["no", "false"]].map(|all| all.map(str::to_owned).to_vec())
}

impl Form for YesNo {
    fn word() -> Cow<'static, str> {
        YES_NO.into()
    }

    fn title() -> Cow<'static, str> {
        "yes or no, with a probability".into()
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "value": {"type": "boolean"},
                "probability": {"type": "number", "minimum": 0, "maximum": 1},
                "threshold": {"type": "number", "minimum": 0, "maximum": 1},
            },
            "required": ["value"],
        })
    }

    fn note() -> Option<String> {
        Some(
            "Yes or No, and in parentheses the probability of Yes from 0 to 1, such as Yes (0.8) \
             or No (0.15)"
                .to_owned(),
        )
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        let word = if self.value() { "Yes" } else { "No" };
        Ok(vec![Part::text(format!("{word} ({})", shown(self.probability())))])
    }

    fn parse(text: &str) -> Result<Self, String> {
        let [yes, no] = labels()
            .map(|words| words.iter().filter_map(|word| Some(word_in(text, word)?.start)).min());
        let probability = first_in(text)?;
        let said = match (yes, no, probability) {
            (Some(yes), Some(no), _) => yes < no,
            (Some(_), None, _) => true,
            (None, Some(_), _) => false,
            (None, None, Some(probability)) => probability >= EVEN,
            (None, None, None) => return Err(format!("expected Yes or No, found `{text}`")),
        };
        Ok(Self { said, probability, threshold: EVEN })
    }

    fn native(answer: &NativeAnswer<'_>) -> Option<Self> {
        let all = evidence::probabilities(answer, &labels())?;
        Self::new(*all.first()?).ok()
    }

    fn check(&self, _inputs: &Inputs<'_>) -> Result<(), String> {
        match self.probability {
            Some(_) => Ok(()),
            None => Err("the probability of Yes is missing; write it in parentheses, such as \
                         Yes (0.8)"
                .to_owned()),
        }
    }
}

crate::form!(YesNo);
