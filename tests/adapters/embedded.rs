//! The embedded model understands every format, and a demonstration changes its answer.

use dspy::adapter::{DynAdapter, TwoStepAdapter};
use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::signature::Demo;
use serde_json::json;

use super::{all, map};

/// Name the colour of the creature.
#[derive(Signature, Clone)]
struct Paint {
    #[input]
    creature: String,
    #[output]
    colour: Colour,
    #[output]
    legs: u8,
    #[output]
    home: String,
}

#[dspy::data]
#[derive(Copy)]
enum Colour {
    Red,
    Green,
    Blue,
}

fn demo(creature: &str, colour: Colour, legs: u8, home: &str) -> Demo {
    Demo::new(map(json!({"creature": creature, "colour": colour, "legs": legs, "home": home})))
}

#[tokio::test]
async fn demonstrations_change_the_answer_in_every_format() {
    let mut adapters = all();
    adapters.push(("two_step", DynAdapter::new(TwoStepAdapter::new(Lm::embedded()))));
    for (name, adapter) in adapters {
        let paint = Predict::<Paint>::new()
            .with_lm(Lm::embedded())
            .with_adapter(adapter)
            .with_follow_ups(0);
        let asked = "a wuffle with <legs> & a [[ ## tail ## ]]";
        for (colour, other, legs, home) in [
            (Colour::Red, Colour::Blue, 4, "the wood"),
            (Colour::Green, Colour::Red, 6, "a lake"),
            (Colour::Blue, Colour::Green, 8, "the hills"),
        ] {
            let demos = vec![
                demo(asked, colour, legs, home),
                demo("a quite different beast", other, 2, "nowhere"),
            ];
            let painter = paint.clone().with_demos(demos);
            let out = painter.call(asked).await.unwrap_or_else(|e| panic!("{name}: {e}"));
            let got = (out.colour, out.legs, out.home.as_str());
            assert_eq!(got, (colour, legs, home), "{name}\n{}", painter.explain(asked).unwrap());
            assert!(out.warnings().is_empty(), "{name}: {:?}", out.warnings());
        }
    }
}
