//! A yes/no classifier whose threshold is fitted on labelled rows.
//!
//! The model states a probability with each answer. This one is too shy: it says 20 % where it should
//! say more than half. Fitting needs no change to the prompt and no further call, and is refused where
//! the rows are no evidence.
//!
//! ```sh
//! cargo run --example calibrated_classifier
//! ```

use dspy::Evaluate;
use dspy::form::YesNo;
use dspy::lm::{Request, Scripted};
use dspy::optimize::{FitDecision, FitError};
use dspy::prelude::*;

/// Must somebody look at the mail today?
#[derive(Clone, Signature)]
struct Triage {
    #[input]
    mail: String,
    #[output]
    urgent: YesNo,
}

const LOUD: [&str; 4] = ["The server is down", "Nobody can log in", "Orders are lost", "It burns"];
const CALM: [&str; 4] =
    ["Thank you", "A question about colours", "Our new address", "Happy holidays"];

/// Mails of both kinds. One in eight is labelled otherwise than it sounds, as it is in real life.
fn mails(from: usize, count: usize) -> Vec<Triage> {
    let mail = |number: usize| {
        let is_loud = number.is_multiple_of(2);
        let subject = if is_loud { LOUD } else { CALM }[number / 2 % 4];
        let urgent = is_loud != (number % 8 == 3);
        Triage { mail: format!("{subject} (#{number})"), urgent: YesNo::certain(urgent) }
    };
    (from..from + count).map(mail).collect()
}

/// What the shy model says: never more than 45 %.
fn shy(request: &Request, _: usize) -> String {
    let text = request.messages.last().map(|message| message.text()).unwrap_or_default();
    let place = LOUD.iter().position(|subject| text.contains(subject));
    let probability = place.map_or(0.05, |place| 0.45 - 0.08 * place as f64);
    format!("[[ ## urgent ## ]]\nNo ({probability:.2})\n\n[[ ## completed ## ]]")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> dspy::Result<()> {
    let mut triage = Predict::<Triage>::new().with_lm(Scripted::with(shy).lm());
    let is_right = |row: &Triage, out: &TriageOutput| row.urgent.value() == out.urgent.value();
    let held_out = Evaluate::new(mails(1000, 100));
    let before = held_out.run(&triage, is_right).await?.score();

    let fit = FitDecision::new("self", "urgent");
    match fit.fit(&mut triage, mails(0, 12), |row| row.urgent.value()).await {
        Err(refused @ FitError::TooFewRows { .. }) => println!("12 rows: {refused}"),
        other => println!("12 rows: {other:?}"),
    }
    match fit.fit(&mut triage, mails(0, 120), |row| row.urgent.value()).await {
        Ok(report) => println!("120 rows: {report}"),
        Err(refused) => println!("120 rows: {refused}"),
    }

    let after = held_out.run(&triage, is_right).await?.score();
    println!(
        "right on 100 mails held out: {:.0} % before, {:.0} % after",
        100.0 * before,
        100.0 * after
    );
    let out = triage.call("Orders are lost (#7)").await?;
    println!(
        "\"Orders are lost\": urgent = {}, for {} reaches {:.2}",
        out.urgent.value(),
        out.urgent.probability(),
        out.urgent.threshold()
    );
    Ok(())
}
