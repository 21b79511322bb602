//! Sets how much the model knows, so that every world leaves as much to gain.

use crate::data;
use crate::draw::Draw;
use crate::scan::Item;
use crate::task::{Prompt, Stage};
use crate::world::{Variant, World};

const ITEMS: u32 = 1500;
const RIGHT_TOPICS: f64 = 0.65;

pub(crate) fn calibrate(world: &mut World) {
    let draw = Draw::new(world.settings().seed, "calibration");
    let questions: Vec<(usize, Prompt)> =
        (0..ITEMS).map(|number| question(world, number)).collect();
    let two_stage = world.settings().variant == Variant::TwoStage;
    if two_stage {
        search(world, RIGHT_TOPICS, |world, bonus| {
            world.beliefs.topic = bonus;
            share(&questions, |prompt| {
                world.choose(&Prompt { stage: Stage::Topic, ..prompt.clone() })
            })
        });
    }
    let target = 0.36 + 0.08 * draw.text("level").unit();
    search(world, target, |world, bonus| {
        world.beliefs.label = bonus;
        share(&questions, |prompt| {
            let first = Prompt { stage: Stage::Topic, ..prompt.clone() };
            let given = two_stage.then(|| world.choose(&first));
            world.choose(&Prompt { given, ..prompt.clone() })
        })
    });
}

/// An item with nothing but itself in the prompt.
fn question(world: &World, number: u32) -> (usize, Prompt) {
    let draw = Draw::new(world.settings().seed, "question").number(u64::from(number));
    let (topic, words) = data::words(world.vocabulary(), draw);
    let prompt = Prompt {
        stage: Stage::Label,
        item: Item { number: 900_000 + number, words },
        given: None,
        demos: Vec::new(),
        rules: Vec::new(),
        lean: None,
        phrases: Vec::new(),
        noise: draw.text("prompt"),
        temperature: 0.0,
    };
    (topic, prompt)
}

fn share(questions: &[(usize, Prompt)], answer: impl Fn(&Prompt) -> usize) -> f64 {
    let right = questions.iter().filter(|(topic, prompt)| answer(prompt) == *topic).count();
    right as f64 / questions.len() as f64
}

/// Halves the range of the bonus until the share of right answers is as wanted.
fn search(world: &mut World, target: f64, measure: impl Fn(&mut World, f64) -> f64) {
    let (mut low, mut high) = (-4.0, 8.0);
    for _ in 0..12 {
        let middle = (low + high) / 2.0;
        if measure(world, middle) < target { low = middle } else { high = middle }
    }
    measure(world, (low + high) / 2.0);
}
