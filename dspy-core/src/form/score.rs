//! [`Score`]: a level on a scale, with the probability of each.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::options::{from_tokens, in_words, members, note, read, value_schema};
use super::{Form, Inputs, NativeAnswer, Target};
use crate::lm::Part;

/// The beginning of the word by which predictors know the type.
pub(crate) const SCORE: &str = "score/";

/// A level on a scale, with the probability of each: from the tokens' log-probabilities where the
/// model gives them, or else as the model states them.
///
/// `T` is an enum without data, its members in order from the lowest level to the highest. The value
/// is the level of the mean, counted from 0, by cuts between the levels. The cuts are a parameter of
/// the predictor (`fields`, by the output's name), halfway between levels at first;
/// [`FitDecision`](crate::optimize::FitDecision) finds better ones from labelled rows.
///
/// ```
/// use dspy::form::Score;
/// use dspy::prelude::*;
///
/// #[data]
/// #[derive(PartialEq)]
/// enum Quality {
///     Poor,
///     Fair,
///     Good,
/// }
///
/// #[derive(Signature)]
/// struct Grade {
///     #[input]
///     essay: String,
///     #[output]
///     quality: Score<Quality>,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let model = dspy::lm::Scripted::texts(["[[ ## quality ## ]]\nGood 0.5; Fair 0.25; Poor 0.25"]);
/// let out = Predict::<Grade>::new().with_lm(model.lm()).call("An essay.").await?;
/// assert_eq!(out.quality.mean(), 1.25);
/// assert_eq!(*out.quality, Quality::Fair);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, PartialEq)]
pub struct Score<T> {
    value: T,
    probabilities: Option<Vec<(String, f64)>>,
}

impl<T> Score<T> {
    /// The value without its probabilities.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The levels with their probabilities, from the lowest on.
    pub fn probabilities(&self) -> &[(String, f64)] {
        self.probabilities.as_deref().unwrap_or_default()
    }

    /// The mean level, counted from 0.
    pub fn mean(&self) -> f64 {
        mean(self.probabilities().iter().map(|(_, p)| *p))
    }

    /// The probability of the level of this name.
    pub fn probability_of(&self, name: &str) -> Option<f64> {
        self.probabilities().iter().find(|(own, _)| own == name).map(|(_, p)| *p)
    }
}

impl<T: Serialize + JsonSchema> Score<T> {
    /// A level that is certain, for labels and demonstrations.
    pub fn certain(value: T) -> Self {
        let json = crate::wire::to_value(&value).unwrap_or_default();
        let each = members::<T>().into_iter();
        let all = each.map(|(name, member)| (name, f64::from(u8::from(member == json)))).collect();
        Self { value, probabilities: Some(all) }
    }
}

impl<T> Deref for Score<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Score<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Score")
            .field("value", &self.value)
            .field("probabilities", &self.probabilities())
            .finish()
    }
}

/// The mean place of a distribution.
pub(crate) fn mean(probabilities: impl Iterator<Item = f64>) -> f64 {
    probabilities.zip(0_u32..).map(|(p, level)| p * f64::from(level)).sum()
}

/// Cuts halfway between the levels.
pub(crate) fn even_cuts(levels: usize) -> Vec<f64> {
    (1..levels).zip(0_u32..).map(|(_, level)| f64::from(level) + 0.5).collect()
}

/// The level of a mean: as many as there are cuts that it reaches.
pub(crate) fn level(mean: f64, cuts: &[f64]) -> usize {
    cuts.iter().filter(|cut| mean >= **cut).count()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probabilities: Option<Map<String, Value>>,
}

impl<T: Serialize> Serialize for Score<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = crate::wire::to_value(&self.value).map_err(serde::ser::Error::custom)?;
        let each = |all: &Vec<(String, f64)>| {
            all.iter().map(|(name, p)| (name.clone(), Value::from(*p))).collect()
        };
        let probabilities = self.probabilities.as_ref().map(each);
        Saved { value, probabilities }.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Score<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { value, probabilities } = Saved::deserialize(deserializer)?;
        let value = crate::wire::from_value(value).map_err(D::Error::custom)?;
        let number = |(name, p): (String, Value)| Some((name, p.as_f64()?));
        let probabilities = probabilities.map(|all| all.into_iter().filter_map(number).collect());
        Ok(Self { value, probabilities })
    }
}

impl<T> Form for Score<T>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    fn word() -> Cow<'static, str> {
        format!("{SCORE}{}", T::schema_name()).into()
    }

    fn title() -> Cow<'static, str> {
        let names: Vec<String> = members::<T>().into_iter().map(|(name, _)| name).collect();
        format!("level of: {}, with probabilities", names.join("; ")).into()
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
        Self::made(0, Some(all), &members)
    }

    fn check(&self, _inputs: &Inputs<'_>) -> Result<(), String> {
        match self.probabilities {
            Some(_) => Ok(()),
            None => Err(format!("the probabilities are missing; write {}", note::<T>())),
        }
    }
}

impl<T: DeserializeOwned> Score<T> {
    fn made(first: usize, all: Option<Vec<f64>>, members: &[(String, Value)]) -> Option<Self> {
        let even = |all: &Vec<f64>| level(mean(all.iter().copied()), &even_cuts(members.len()));
        let chosen = all.as_ref().map_or(first, even);
        let (_, value) = members.get(chosen)?;
        let names = members.iter().map(|(name, _)| name.clone());
        Some(Self {
            value: crate::wire::from_value(value.clone()).ok()?,
            probabilities: all.map(|all| names.zip(all).collect()),
        })
    }
}

impl<T> JsonSchema for Score<T>
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
