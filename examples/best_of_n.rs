//! Several attempts at one input: the best of them by a reward, and attempts that learn from the
//! ones before.
//!
//! `cargo run --release --example best_of_n` runs offline. `BestOfN` runs on the embedded model, or on
//! the one that `DSPY_LM` names. The embedded model has no advice to give, so `Refine` runs on a
//! scripted one, which shows what is asked and what comes of it.

use dspy::lm::{Request, Scripted};
use dspy::metric::Score;
use dspy::prelude::*;

/// Find the sentence of the report that makes the best headline.
#[derive(Signature, Clone)]
struct Headline {
    #[input]
    report: String,
    /// One sentence of the report.
    #[output]
    headline: String,
}

const REPORT: &str = "\
After eleven years of planning and four of building, the council of Harbour Town opened its new tram \
line to passengers on Monday morning. Trams run every six minutes. The line has nine stops between \
the university and the old docks, and the council expects it to carry thirty thousand people a day \
by the end of next year. Tickets cost two crowns. The mayor rode in the first tram and said that the \
second line would follow sooner.";

const LONGEST: usize = 40;

/// Short is good, and long is told how long it is.
fn short(_: &HeadlineInput, output: &HeadlineOutput) -> Score {
    match output.headline.chars().count() {
        0 => Score::new(0.0).with_feedback("the headline is empty"),
        length if length <= LONGEST => Score::new(1.0),
        length => Score::new(LONGEST as f64 / length as f64)
            .with_feedback(format!("the headline has {length} characters, not {LONGEST}")),
    }
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let plain = Predict::<Headline>::new().with_lm(Lm::from_env()?);
    let once = plain.call(REPORT).await?;
    println!("one attempt:\n  {}\n", once.headline);

    // Up to eight samples; the first that is short enough ends them.
    let best = BestOfN::new(plain, 8, short).call(REPORT).await?;
    let (reward, calls) = (best.reward().unwrap_or_default(), best.usage().calls);
    println!("the best of up to eight (after {calls}, reward {reward:.2}):\n  {}\n", best.headline);

    // Three attempts at most; between them a model says what to do otherwise.
    let model = editor();
    let mut refine = Refine::new(Predict::<Headline>::new(), 3, short)
        .reward_description("A headline has at most 40 characters.");
    refine.set_lm(&model.lm());
    let refined = refine.call(REPORT).record().await?;
    println!("refined in {} calls:", refined.usage().calls);
    for call in refined.trace().calls() {
        let outputs = call.outputs.as_ref().map(|fields| serde_json::Value::from(fields.clone()));
        println!("  {:<9} {}", call.path, outputs.unwrap_or_default());
    }
    Ok(())
}

/// A model that writes at length until someone tells it not to.
fn editor() -> Scripted {
    Scripted::with(|request: &Request, _| {
        let question = request.messages.last().map(|message| message.text()).unwrap_or_default();
        if question.contains("[[ ## trajectory ## ]]") {
            "[[ ## discussion ## ]]\nThe headline tells the whole story.\n\n\
             [[ ## advice ## ]]\n{\"self\": \"Name the place and the news, nothing else.\"}\n\n\
             [[ ## completed ## ]]"
        } else if question.contains("nothing else") {
            "[[ ## headline ## ]]\nHarbour Town opens its tram line\n\n[[ ## completed ## ]]"
        } else {
            "[[ ## headline ## ]]\nAfter eleven years of planning and four of building, Harbour Town has \
             a tram\n\n[[ ## completed ## ]]"
        }
        .to_owned()
    })
}
