//! Structured extraction: a mail in, a typed order out, with nested types, a closed set, bounds, a
//! pattern and a rule; and what becomes of an answer that is dressed up.
//!
//! `cargo run --release --example extract_email` runs offline. The embedded model cannot take a mail
//! apart, so without `DSPY_LM` a scripted model stands in for one: it copies what it finds, in the
//! sloppy form in which models like to write.

use dspy::lm::{Request, Scripted};
use dspy::predict::KnnDemos;
use dspy::prelude::*;

/// Read the order from the mail.
#[derive(Signature, Clone)]
#[check(!items.is_empty(), "the order is for nothing")]
struct ReadOrder {
    #[input]
    mail: String,
    /// Number of the order, as written.
    #[output(pattern = "^[A-Z]{2}-[0-9]{4}$")]
    order: String,
    #[output]
    items: Vec<Item>,
    /// What the customer will pay at most, in euros.
    #[output(ge = 0.0)]
    limit: Option<f64>,
    #[output]
    urgency: Urgency,
    /// Where to reply.
    #[output(pattern = "^[^@ ]+@[^@ ]+$")]
    reply_to: String,
}

#[dspy::data]
struct Item {
    name: String,
    /// How many pieces.
    count: u32,
}

#[dspy::data]
enum Urgency {
    /// No date is named, or a far one.
    Normal,
    /// It is needed at once.
    Urgent,
}

/// A mail that somebody has read before.
fn row(mail: &str, order: &str, item: (&str, u32), urgency: Urgency, reply_to: &str) -> ReadOrder {
    ReadOrder {
        mail: mail.into(),
        order: order.into(),
        items: vec![Item { name: item.0.into(), count: item.1 }],
        limit: None,
        urgency,
        reply_to: reply_to.into(),
    }
}

const MAIL: &str = "\
From: dave@tools.example
Subject: order TO-4711

The machine stands still, so we need 25 drills and 4 belts at once! It is order TO-4711.
Spend no more than 1,250 euros. Reply to office@tools.example, I am out of the house.";

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let lm = match std::env::var_os("DSPY_LM") {
        Some(_) => Lm::from_env()?,
        None => copier().lm(),
    };
    let known = vec![
        row(
            "Please add 12 lamps to order AB-1234 whenever it suits you. ann@lamp.example",
            "AB-1234",
            ("lamp", 12),
            Urgency::Normal,
            "ann@lamp.example",
        ),
        row(
            "We need 3 pumps at once, the cellar is under water! Order PU-0007, bob@pump.example",
            "PU-0007",
            ("pump", 3),
            Urgency::Urgent,
            "bob@pump.example",
        ),
    ];
    // The mail that is most like the one at hand is shown with it.
    let read = KnnDemos::new(Predict::<ReadOrder>::new().with_lm(lm), known, 1)?;
    let order = read.call(MAIL).record().await?;

    println!("{MAIL}\n\norder    {}", order.order);
    for item in &order.items {
        println!("item     {} × {}", item.count, item.name);
    }
    println!(
        "limit    {:?}\nurgency  {:?}\nreply to {}\n",
        order.limit, order.urgency, order.reply_to
    );
    for call in order.trace().calls() {
        let answer = call.responses.first().and_then(|response| response.completions.first());
        let answer = answer.map(|completion| completion.joined_text()).unwrap_or_default();
        println!("The model wrote:\n\n{answer}\n\nand what was mended:\n");
    }
    for warning in order.warnings() {
        println!("- {warning}");
    }
    println!("\nas JSON: {}", serde_json::to_string(order.output()).user()?);
    Ok(())
}

/// A model that finds everything, and writes it as models do.
fn copier() -> Scripted {
    Scripted::with(|request: &Request, _| {
        let mail = request.messages.last().map(|message| message.text()).unwrap_or_default();
        let word = |wanted: &dyn Fn(&str) -> bool| -> String {
            let mut words = mail.split_whitespace().map(|word| word.trim_matches(['.', ',', '!']));
            words.find(|word| wanted(word)).unwrap_or_default().to_owned()
        };
        let order = word(&|word| word.starts_with("TO-"));
        let limit = word(&|word| word.contains(',') && word.starts_with(char::is_numeric));
        let reply = word(&|word| word.starts_with("office@"));
        format!(
            "Sure, here is the order:\n\n[[ ## order ## ]]\n{order}\n\n\
             [[ ## items ## ]]\n```json\n[{{\"name\": \"drill\", \"count\": 25}}, \
             {{name: 'belt', \"count\": \"4\",}}]\n```\n\n\
             [[ ## limit ## ]]\n€{limit}\n\n[[ ## urgency ## ]]\n**urgent**\n\n\
             [[ ## reply_to ## ]]\n{reply}\n\n[[ ## completed ## ]]"
        )
    })
}
