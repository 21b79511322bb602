//! Structured output of a real llama.cpp server: whatever comes back typed keeps to its schema, also
//! where the server does not. `scripts/test_servers.py` starts the server and runs this.

use std::time::Duration;

use dspy::adapter::JsonAdapter;
use dspy::lm::{Lm, OpenAi, Service, Settings};
use dspy::prelude::*;

const BASE: &str = "DSPY_TEST_LLAMA_BASE";
const CALLS_PER_SCHEMA: i64 = 40;

fn model() -> Option<Lm> {
    let Ok(base) = std::env::var(BASE) else {
        println!("skipped: {BASE} names no llama.cpp server");
        return None;
    };
    let client = OpenAi::builder("tiny")
        .service(Service::LLAMA_CPP)
        .api_base(base)
        .timeout(Duration::from_secs(60));
    Some(client.env(|_| None).build().expect("an address").into_lm())
}

#[derive(Default)]
struct Count {
    typed: usize,
    followed_up: usize,
    errors: usize,
}

/// Asks again and again with other seeds; every typed answer must pass `holds`.
async fn ask_often<S: Signature<Input: Clone, Output: std::fmt::Debug>>(
    lm: &Lm,
    input: S::Input,
    holds: impl Fn(&S::Output) -> bool,
) -> Count {
    let program = Predict::<S>::new();
    let mut count = Count::default();
    for seed in 0..CALLS_PER_SCHEMA {
        let mut settings = Settings::default().with_temperature(1.0).with_max_tokens(1500);
        settings.seed = Some(seed);
        let call = program.call(input.clone()).lm(lm).settings(&settings);
        match call.adapter(JsonAdapter::new()).await {
            Ok(prediction) => {
                assert!(holds(prediction.output()), "{:?} breaks its schema", prediction.output());
                count.typed += 1;
                count.followed_up += usize::from(prediction.usage().calls > 1);
            }
            // Refused after the follow-up, and never given out as a value.
            Err(error) => {
                assert!(error.as_lm().is_none(), "{error}");
                if seed < 2 {
                    println!("{error}");
                }
                count.errors += 1;
            }
        }
    }
    count
}

/// A place with a size.
#[derive(Signature)]
struct Place {
    #[input]
    country: String,
    #[output(max_length = 12)]
    city: String,
    #[output(ge = 0, le = 10)]
    score: i64,
}

/// A confidence: the server does not keep to the bounds of fractions.
#[derive(Signature)]
struct Confidence {
    #[input]
    claim: String,
    #[output(ge = 0.0, le = 1.0)]
    confidence: f64,
    #[output]
    certain: bool,
}

#[data]
enum Size {
    Small,
    Medium,
    Large,
}

/// Sizes of things.
#[derive(Signature)]
struct Sizes {
    #[input]
    things: String,
    #[output(min_length = 1, max_length = 3)]
    sizes: Vec<Size>,
}

#[data]
struct Person {
    name: String,
    age: u8,
    nickname: Option<String>,
}

/// A person.
#[derive(Signature)]
struct Someone {
    #[input]
    story: String,
    #[output]
    person: Person,
}

/// Measures of a thing: fractions in a list.
#[derive(Signature)]
struct Measures {
    #[input]
    thing: String,
    #[output(max_length = 4)]
    weights: Vec<f64>,
    #[output(gt = 0.0, lt = 100.0)]
    percent: f64,
}

#[tokio::test]
async fn what_comes_back_typed_keeps_to_its_schema() {
    let Some(lm) = model() else { return };
    let chars = |text: &str| text.chars().count();
    let rows = [
        (
            "integer bounds, text length",
            ask_often::<Place>(&lm, PlaceInput { country: "France".into() }, |out| {
                chars(&out.city) <= 12 && (0..=10).contains(&out.score)
            })
            .await,
        ),
        (
            "fraction bounds",
            ask_often::<Confidence>(&lm, ConfidenceInput { claim: "It rains.".into() }, |out| {
                (0.0..=1.0).contains(&out.confidence)
            })
            .await,
        ),
        (
            "list of choices",
            ask_often::<Sizes>(&lm, SizesInput { things: "an ant, a cow".into() }, |out| {
                (1..=3).contains(&out.sizes.len())
            })
            .await,
        ),
        (
            "object with an optional key",
            ask_often::<Someone>(&lm, SomeoneInput { story: "Ann is 7.".into() }, |_| true).await,
        ),
        (
            "list of fractions, open bounds",
            ask_often::<Measures>(&lm, MeasuresInput { thing: "a brick".into() }, |out| {
                out.weights.len() <= 4
                    && out.weights.iter().all(|weight| weight.is_finite())
                    && out.percent > 0.0
                    && out.percent < 100.0
            })
            .await,
        ),
    ];
    let mut typed = 0;
    for (name, count) in &rows {
        println!(
            "{name}: {} calls, {} typed ({} after a follow-up), {} refused",
            CALLS_PER_SCHEMA, count.typed, count.followed_up, count.errors
        );
        typed += count.typed;
    }
    println!("{typed} typed values of {} calls, every one within its schema", 5 * CALLS_PER_SCHEMA);
    assert!(typed >= 100, "the server hardly ever gave an answer that could be read");
}
