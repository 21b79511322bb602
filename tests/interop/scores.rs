//! The same rows, the same simulated model, Python's program there and here.

use dspy::adapter::{ChatAdapter, Phrases};
use dspy::lm::Lm;
use dspy::module;
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::programs::{Job, NAMES, Program, answer, each};
use crate::recorded::{folder, json};

struct Score<'a> {
    name: &'a str,
    found: &'a Value,
    phrases: Option<Phrases>,
}

impl Job for Score<'_> {
    type Done = Vec<bool>;

    async fn with<P: Program>(self, mut program: P) -> Vec<bool> {
        program.load(folder().join(format!("{}.program.json", self.name))).unwrap();
        let base = self.found["base"].as_str().unwrap();
        let lm = Lm::new(&format!("openai/sim@{base}")).unwrap();
        let cold = dspy::lm::Settings::default().with_temperature(0.0);
        module::set_settings(&mut program, &cold);
        module::set_lm(&mut program, &lm);
        if let Some(phrases) = self.phrases {
            module::set_adapter(&mut program, ChatAdapter::with_phrases(phrases));
        }
        let target = self.found["target"].as_str().unwrap();
        let rows = self.found["rows"].as_array().unwrap();
        let one = |row: &Value| {
            let (program, row, target) = (program.clone(), row.clone(), target.to_owned());
            async move {
                let output = answer(&program, &row["inputs"]).await.ok();
                output.is_some_and(|output| output[&target] == row["label"])
            }
        };
        futures_util::stream::iter(rows).map(one).buffered(4).collect().await
    }
}

/// Of a normal distribution, so that twelve intervals hold together in 95 % of all cases.
const TWELVE: f64 = 2.865;

/// Difference of two shares, and half of its interval, from pairs.
fn difference(ours: &[bool], theirs: &[bool]) -> (f64, f64) {
    let n = ours.len() as f64;
    let each = ours.iter().zip(theirs).map(|(a, b)| f64::from(*a) - f64::from(*b));
    let mean = each.clone().sum::<f64>() / n;
    let spread = each.map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, TWELVE * (spread / n).sqrt())
}

#[tokio::test]
async fn the_accuracy_is_pythons() {
    if std::env::var_os("DSPY_INTEROP").is_none() {
        println!("skipped: `just test-interop` starts the simulated models that this asks");
        return;
    }
    let mut wrong = Vec::new();
    for name in NAMES {
        let path = folder().join(format!("{name}.scores.json"));
        if !path.exists() {
            println!("skipped: {name} was not scored");
            continue;
        }
        let found = json(&path);
        let theirs: Vec<bool> =
            found["right"].as_str().unwrap().chars().map(|c| c == '1').collect();
        for (words, phrases) in [("ours", None), ("Python's", Some(Phrases::python().unwrap()))] {
            let phrases_are_pythons = phrases.is_some();
            let ours = each(name, Score { name, found: &found, phrases }).await;
            assert_eq!(ours.len(), theirs.len());
            let share = |all: &[bool]| {
                100.0 * all.iter().filter(|it| **it).count() as f64 / all.len() as f64
            };
            let (mean, half) = difference(&ours, &theirs);
            println!(
                "{name}, {words} words, {} rows: Python {:.1} %, here {:.1} %, difference {:+.2} \
                 points ({:+.2} to {:+.2})",
                ours.len(),
                share(&theirs),
                share(&ours),
                100.0 * mean,
                100.0 * (mean - half),
                100.0 * (mean + half),
            );
            // With the same words nearly all answers are the same, so that the interval shows what
            // differs by design: a lone text that comes without its marker is taken here, and asked
            // for again there. Fewer rows than it takes to tell two points apart say nothing of them.
            let is_noise = phrases_are_pythons || mean.abs() <= half.max(1e-9);
            if !is_noise || (half < 0.02 && mean.abs() >= 0.02) {
                wrong.push(format!("{name} ({words})"));
            }
        }
    }
    assert!(wrong.is_empty(), "the accuracy differs: {}", wrong.join(", "));
}
