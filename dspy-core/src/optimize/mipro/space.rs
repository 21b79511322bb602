//! The space of candidates, and what a point of it changes.

use rand::seq::SliceRandom;
use serde_json::{Value, json};

use super::Mipro;
use super::ingredients::Ingredients;
use crate::error::{Error, Result};
use crate::module::ParameterKind;
use crate::optimize::changes::Changes;
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::surrogate::Space;

/// The dimensions of a search, by name: instructions, sets and orders of demonstrations of each
/// predictor, its model, and the temperature of all.
pub(super) fn space(engine: &Engine, how: &Mipro, all: &Ingredients) -> Result<Space> {
    let mut dimensions: Vec<(String, usize)> = Vec::new();
    for choices in &all.choices {
        let path = &choices.path;
        dimensions.push((format!("{path} instruction"), choices.instructions.len()));
        dimensions.push((format!("{path} demos"), choices.demos.len()));
        let ordered = choices.demos.iter().any(|set| set.len() > 1);
        dimensions.push((format!("{path} order"), if ordered { how.orders } else { 1 }));
        dimensions.push((format!("{path} model"), engine.lms().len() + 1));
    }
    dimensions.push(("temperature".to_owned(), how.temperatures.len() + 1));
    Space::new(dimensions).map_err(|error| Error::Invalid(error.to_string()))
}

/// What a point changes in the program as given. A point of an earlier, smaller space has the same
/// meaning in a later one.
pub(super) fn changes(engine: &Engine, how: &Mipro, all: &Ingredients, point: &[usize]) -> Changes {
    let mut changes = Changes::new();
    let mut coordinates = point.iter().copied();
    let mut next = || coordinates.next().unwrap_or_default();
    let mut settings: Vec<(&str, Option<&str>)> = Vec::new();
    for (place, choices) in all.choices.iter().enumerate() {
        let (instruction, demos, order, model) = (next(), next(), next(), next());
        if let Some(text) = choices.instructions.get(instruction) {
            changes = changes.with_instructions(&choices.path, text.as_str());
        }
        if let Some(set) = choices.demos.get(demos) {
            let mut set = set.clone();
            match order {
                0 => {}
                1 => set.reverse(),
                order => set.shuffle(&mut engine.rng("order", (order * 1000 + place) as u64)),
            }
            changes = changes.with_demos(&choices.path, &set);
        }
        let lm = model.checked_sub(1).and_then(|model| engine.lms().get(model));
        settings.push((&choices.path, lm.map(|lm| lm.name())));
    }
    let temperature = next().checked_sub(1).and_then(|place| how.temperatures.get(place));
    for (path, model) in settings {
        if model.is_none() && temperature.is_none() {
            continue;
        }
        let own = engine.value(CandidateId::BASELINE, path, &ParameterKind::LM);
        let mut choice = match own {
            Some(Value::Object(choice)) => choice.clone(),
            _ => serde_json::Map::new(),
        };
        if let Some(model) = model {
            choice.insert("model".to_owned(), json!(model));
        }
        if let Some(temperature) = temperature {
            choice.insert("temperature".to_owned(), json!(temperature));
        }
        changes = changes.with(path, ParameterKind::LM, Value::Object(choice));
    }
    changes
}
