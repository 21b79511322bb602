//! [`DecisionRules`]: how the probabilities of a predictor's decisions become values.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::options::{largest, of_schema};
use super::score::{even_cuts, level, mean};
use super::{CHOICE, SCORE, YES_NO};

/// How one decision's probabilities become its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    /// Yes from this probability on.
    Threshold(f64),
    /// The member whose probability times its weight is the largest.
    Weights(Vec<f64>),
    /// The level by these cuts through the mean.
    Cuts(Vec<f64>),
}

impl Rule {
    /// What the rule says of these probabilities: a place among the members; for yes and no, of
    /// which only the probability of yes is given, 1 for yes.
    pub(crate) fn decide(&self, probabilities: &[f64]) -> Option<usize> {
        match self {
            Self::Threshold(threshold) => {
                probabilities.first().map(|probability| usize::from(probability >= threshold))
            }
            Self::Weights(weights) => {
                largest(probabilities.iter().zip(weights).map(|(p, weight)| p * weight))
            }
            Self::Cuts(cuts) => {
                let mean = mean(probabilities.iter().copied());
                (!probabilities.is_empty()).then(|| level(mean, cuts))
            }
        }
    }
}

/// One decision: its members as prompts call them and as JSON, none for yes and no; and its rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    members: Vec<(String, Value)>,
    rule: Rule,
}

impl Decision {
    fn of(word: &str, schema: &Value) -> Option<Self> {
        let members = || of_schema(schema.pointer("/properties/value").unwrap_or(&Value::Null));
        if word == YES_NO {
            return Some(Self { members: Vec::new(), rule: Rule::Threshold(0.5) });
        }
        if word.starts_with(CHOICE) {
            let members = members();
            return Some(Self { rule: Rule::Weights(vec![1.0; members.len()]), members });
        }
        word.starts_with(SCORE).then(|| {
            let members = members();
            Self { rule: Rule::Cuts(even_cuts(members.len())), members }
        })
    }

    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The place of a label among the members; for yes and no, 1 for yes.
    pub(crate) fn place_of(&self, label: &Value) -> Option<usize> {
        match (&self.rule, label) {
            (Rule::Threshold(_), Value::Bool(yes)) => Some(usize::from(*yes)),
            (Rule::Threshold(_), _) => None,
            _ => self.members.iter().position(|(_, member)| member == label),
        }
    }

    /// How many values there are.
    pub(crate) fn classes(&self) -> usize {
        self.members.len().max(2)
    }

    /// The name of the value at this place.
    pub(crate) fn name_of(&self, place: usize) -> String {
        match (&self.rule, self.members.get(place)) {
            (Rule::Threshold(_), _) => if place == 1 { "yes" } else { "no" }.to_owned(),
            (_, Some((name, _))) => name.clone(),
            (_, None) => place.to_string(),
        }
    }

    /// The probabilities in an output, if it holds any.
    pub(crate) fn probabilities(&self, output: &Value) -> Option<Vec<f64>> {
        if matches!(self.rule, Rule::Threshold(_)) {
            return Some(vec![output.get("probability")?.as_f64()?]);
        }
        let all = output.get("probabilities")?.as_object()?;
        let of = |(name, _): &(String, Value)| all.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        Some(self.members.iter().map(of).collect())
    }

    fn apply(&self, output: &mut Value) {
        let Some(chosen) = self.probabilities(output).and_then(|all| self.rule.decide(&all)) else {
            return;
        };
        let value = match (&self.rule, self.members.get(chosen)) {
            (Rule::Threshold(_), _) => Value::Bool(chosen == 1),
            (_, Some((_, member))) => member.clone(),
            (_, None) => return,
        };
        let Some(output) = output.as_object_mut() else { return };
        output.insert("value".to_owned(), value);
        if let Rule::Threshold(threshold) = self.rule {
            output.insert("threshold".to_owned(), threshold.into());
        }
    }

    pub(crate) fn json_of(&self, rule: &Rule) -> Value {
        match rule {
            Rule::Threshold(threshold) => json!({"threshold": threshold}),
            Rule::Cuts(cuts) => json!({"cuts": cuts}),
            Rule::Weights(weights) => {
                let named = self.members.iter().zip(weights);
                let named: Map<String, Value> =
                    named.map(|((name, _), weight)| (name.clone(), json!(weight))).collect();
                json!({"weights": named})
            }
        }
    }

    /// The rule that JSON says; what it leaves open is as at first.
    fn read(&self, json: &Value) -> Result<Rule, String> {
        let number = |value: &Value, what: &str| {
            value.as_f64().filter(|it| it.is_finite()).ok_or_else(|| format!("{what} is no number"))
        };
        let object = json.as_object().ok_or("expected an object")?;
        let key = match &self.rule {
            Rule::Threshold(_) => "threshold",
            Rule::Weights(_) => "weights",
            Rule::Cuts(_) => "cuts",
        };
        if let Some(other) = object.keys().find(|other| *other != key) {
            return Err(format!("`{other}` has no meaning here; expected `{key}`"));
        }
        let value = object.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
        match &self.rule {
            Rule::Threshold(_) => {
                let threshold = number(value, "the threshold")?;
                if !(0.0..=1.0).contains(&threshold) {
                    return Err(format!("the threshold {threshold} is not between 0 and 1"));
                }
                Ok(Rule::Threshold(threshold))
            }
            Rule::Weights(_) => {
                let said = value.as_object().ok_or("`weights` must be an object")?;
                let is_member = |name: &&String| self.members.iter().any(|(own, _)| own == *name);
                if let Some(stranger) = said.keys().find(|name| !is_member(name)) {
                    return Err(format!("there is no member `{stranger}`"));
                }
                let weights = self.members.iter().map(|(name, _)| match said.get(name) {
                    None => Ok(1.0),
                    Some(weight) => match number(weight, "a weight")? {
                        weight if weight >= 0.0 => Ok(weight),
                        weight => Err(format!("the weight {weight} must not be below 0")),
                    },
                });
                let weights = weights.collect::<Result<Vec<f64>, String>>()?;
                if weights.iter().all(|weight| *weight == 0.0) {
                    return Err("at least one weight must be above 0".to_owned());
                }
                Ok(Rule::Weights(weights))
            }
            Rule::Cuts(even) => {
                let said = value.as_array().ok_or("`cuts` must be a list")?;
                let cuts = said.iter().map(|cut| number(cut, "a cut"));
                let cuts = cuts.collect::<Result<Vec<f64>, String>>()?;
                if cuts.len() != even.len() || !cuts.is_sorted() {
                    return Err(format!("expected {} cuts in rising order", even.len()));
                }
                Ok(Rule::Cuts(cuts))
            }
        }
    }
}

/// The decisions among a predictor's outputs, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DecisionRules(BTreeMap<String, Decision>);

impl DecisionRules {
    /// Those of outputs given as name, word of the form, and schema.
    pub(crate) fn of<'a>(outputs: impl Iterator<Item = (&'a str, &'a str, &'a Value)>) -> Self {
        let decision = |(name, word, schema): (&str, &str, &Value)| {
            Some((name.to_owned(), Decision::of(word, schema)?))
        };
        Self(outputs.filter_map(decision).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Decision> {
        self.0.get(name)
    }

    pub(crate) fn to_value(&self) -> Value {
        let each = self.0.iter();
        Value::Object(each.map(|(name, it)| (name.clone(), it.json_of(&it.rule))).collect())
    }

    /// Takes rules over from JSON, all or none. Decisions that it leaves out stay as they are.
    pub(crate) fn set(&mut self, json: &Value) -> Result<(), String> {
        let rules = json.as_object().ok_or("expected an object of rules by output")?;
        let mut changed = self.clone();
        for (name, json) in rules {
            let Some(decision) = changed.0.get_mut(name) else {
                return Err(format!("the signature has no decision `{name}`"));
            };
            decision.rule =
                decision.read(json).map_err(|message| format!("`{name}`: {message}"))?;
        }
        *self = changed;
        Ok(())
    }

    /// Gives the decisions among the outputs their values.
    pub(crate) fn apply(&self, outputs: &mut Map<String, Value>) {
        for (name, decision) in &self.0 {
            if let Some(output) = outputs.get_mut(name) {
                decision.apply(output);
            }
        }
    }
}
