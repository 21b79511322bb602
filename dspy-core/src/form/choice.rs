//! [`Choice`]: one of a closed set, with the probability of each.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::options::{from_tokens, in_words, largest, members, note, read, value_schema};
use super::{Form, Inputs, NativeAnswer, Target};
use crate::lm::Part;

/// The beginning of the word by which predictors know the type.
pub(crate) const CHOICE: &str = "choice/";

/// One of a closed set of answers, with the probability of each: from the tokens' log-probabilities
/// where the model gives them, or else as the model states them.
///
/// `T` is an enum without data. The value is the member whose probability times its weight is the
/// largest. The weights are a parameter of the predictor (`fields`, by the output's name), 1 at
/// first; [`FitDecision`](crate::optimize::FitDecision) finds better ones from labelled rows.
///
/// ```
/// use dspy::form::Choice;
/// use dspy::prelude::*;
///
/// #[data]
/// #[derive(PartialEq)]
/// enum Mood {
///     Good,
///     Bad,
/// }
///
/// #[derive(Signature)]
/// struct Judge {
///     #[input]
///     review: String,
///     #[output]
///     mood: Choice<Mood>,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let model = dspy::lm::Scripted::texts(["[[ ## mood ## ]]\nBad 0.7; Good 0.3"]);
/// let out = Predict::<Judge>::new().with_lm(model.lm()).call("Never again.").await?;
/// assert_eq!(*out.mood, Mood::Bad);
/// assert_eq!(out.mood.probability_of("Good"), Some(0.3));
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, PartialEq)]
pub struct Choice<T> {
    value: T,
    probabilities: Option<Vec<(String, f64)>>,
}

impl<T> Choice<T> {
    /// The value without its probabilities.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The members with their probabilities, in the order of the type.
    pub fn probabilities(&self) -> &[(String, f64)] {
        self.probabilities.as_deref().unwrap_or_default()
    }

    /// The probability of the member of this name.
    pub fn probability_of(&self, name: &str) -> Option<f64> {
        self.probabilities().iter().find(|(own, _)| own == name).map(|(_, p)| *p)
    }
}

impl<T: Serialize + JsonSchema> Choice<T> {
    /// A choice that is certain, for labels and demonstrations.
    pub fn certain(value: T) -> Self {
        let json = crate::wire::to_value(&value).unwrap_or_default();
        let each = members::<T>().into_iter();
        let all = each.map(|(name, member)| (name, f64::from(u8::from(member == json)))).collect();
        Self { value, probabilities: Some(all) }
    }
}

impl<T> Deref for Choice<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice")
            .field("value", &self.value)
            .field("probabilities", &self.probabilities())
            .finish()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probabilities: Option<Map<String, Value>>,
}

impl<T: Serialize> Serialize for Choice<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = crate::wire::to_value(&self.value).map_err(serde::ser::Error::custom)?;
        let each = |all: &Vec<(String, f64)>| {
            all.iter().map(|(name, p)| (name.clone(), Value::from(*p))).collect()
        };
        let probabilities = self.probabilities.as_ref().map(each);
        Saved { value, probabilities }.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { value, probabilities } = Saved::deserialize(deserializer)?;
        let value = crate::wire::from_value(value).map_err(D::Error::custom)?;
        let number = |(name, p): (String, Value)| Some((name, p.as_f64()?));
        let probabilities = probabilities.map(|all| all.into_iter().filter_map(number).collect());
        Ok(Self { value, probabilities })
    }
}

impl<T> Form for Choice<T>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    fn word() -> Cow<'static, str> {
        format!("{CHOICE}{}", T::schema_name()).into()
    }

    fn title() -> Cow<'static, str> {
        let names: Vec<String> = members::<T>().into_iter().map(|(name, _)| name).collect();
        format!("one of: {}, with probabilities", names.join("; ")).into()
    }

    fn schema() -> Value {
        value_schema::<T>()
    }

    fn note() -> Option<String> {
        Some(note::<T>())
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        let all: Vec<f64> = self.probabilities().iter().map(|(_, p)| *p).collect();
        Ok(vec![Part::text(in_words(&all, &members::<T>()))])
    }

    fn parse(text: &str) -> Result<Self, String> {
        let members = members::<T>();
        let (first, probabilities) = read(text, &members)?;
        Self::made(first, probabilities, &members).ok_or_else(|| "the type has no members".into())
    }

    fn native(answer: &NativeAnswer<'_>) -> Option<Self> {
        let members = members::<T>();
        let all = from_tokens(answer, &members)?;
        Self::made(largest(all.iter().copied())?, Some(all), &members)
    }

    fn check(&self, _inputs: &Inputs<'_>) -> Result<(), String> {
        match self.probabilities {
            Some(_) => Ok(()),
            None => Err(format!("the probabilities are missing; write {}", note::<T>())),
        }
    }
}

impl<T: DeserializeOwned> Choice<T> {
    fn made(first: usize, all: Option<Vec<f64>>, members: &[(String, Value)]) -> Option<Self> {
        let chosen = all.as_ref().and_then(|all| largest(all.iter().copied())).unwrap_or(first);
        let (_, value) = members.get(chosen)?;
        let names = members.iter().map(|(name, _)| name.clone());
        Some(Self {
            value: crate::wire::from_value(value.clone()).ok()?,
            probabilities: all.map(|all| names.zip(all).collect()),
        })
    }
}

impl<T> JsonSchema for Choice<T>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    fn schema_name() -> Cow<'static, str> {
        super::schema_name::<Self>()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        super::json_schema::<Self>(generator)
    }
}
