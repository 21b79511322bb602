//! A program of one step, or of several, each of which sees what those before it gave.

use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::signature::Fields;
use dspy::{Predictor, SignatureSchema};

/// Predictors one after the other.
#[derive(Clone)]
pub(super) struct Chain {
    steps: Vec<Predictor>,
    inputs: Names,
}

/// The inputs of each step.
#[derive(Clone)]
struct Names(Vec<Vec<String>>);

#[module(skip(inputs))]
impl Chain {
    pub(super) async fn forward(&self, row: Fields) -> dspy::Result<Fields> {
        let mut known = row;
        let mut given = Fields::new();
        for (step, names) in self.steps.iter().zip(&self.inputs.0) {
            let inputs: Fields = names
                .iter()
                .filter_map(|name| Some((name.clone(), known.get(name)?.clone())))
                .collect();
            let output = step.call(inputs).await?.into_output();
            known.extend(output.clone());
            given.extend(output);
        }
        Ok(given)
    }
}

/// The program, and the fields of its rows: what the first step takes, and what the last one gives.
pub(super) fn program(
    steps: &[SignatureSchema],
    lm: &Lm,
) -> dspy::Result<(Chain, SignatureSchema)> {
    let predictor = |schema: &SignatureSchema| Predictor::new(schema.clone()).with_lm(lm.clone());
    let names = |step: &SignatureSchema| {
        step.inputs().iter().map(|field| field.name().to_owned()).collect::<Vec<_>>()
    };
    let chain = Chain {
        steps: steps.iter().map(predictor).collect(),
        inputs: Names(steps.iter().map(names).collect()),
    };
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Err("a program has at least one step").user();
    };
    let outputs = last.outputs().iter().map(|field| field.name().to_owned());
    let outputs: Vec<String> = outputs.collect();
    let text = format!("{} -> {}", names(first).join(", "), outputs.join(", "));
    Ok((chain, SignatureSchema::parse(&text)?))
}
