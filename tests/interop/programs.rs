//! The twelve programs of `bench/peers/interop/programs.py` in Rust.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dspy::predict::Predictor;
use dspy::prelude::*;
use dspy::tool;
use serde_json::Value;

pub(crate) const NAMES: [&str; 12] = [
    "plain",
    "thought",
    "classifier",
    "two_stages",
    "nested",
    "votes",
    "experts",
    "typed",
    "offers",
    "agent",
    "desk",
    "rewritten",
];

/// What can be done with any of them.
pub(crate) trait Program: Module {}

impl<P: Module> Program for P {}

/// Something to do with a program, whatever its type.
pub(crate) trait Job {
    type Done;

    async fn with<P: Program>(self, program: P) -> Self::Done;
}

/// Does it with the program of this name.
pub(crate) async fn each<J: Job>(name: &str, job: J) -> J::Done {
    match name {
        "plain" => job.with(Predict::<Label>::new()).await,
        "thought" => job.with(ChainOfThought::<Label>::new()).await,
        "classifier" | "rewritten" => job.with(Classifier::default()).await,
        "two_stages" => job.with(TwoStages::default()).await,
        "nested" => job.with(Nested::default()).await,
        "votes" => job.with(Votes::default()).await,
        "experts" => job.with(Experts::new()).await,
        "typed" => job.with(Predict::<ReadOrder>::new()).await,
        "offers" => job.with(Offers::default()).await,
        "agent" => job.with(agent()).await,
        "desk" => job.with(Desk { read: Predict::new(), agent: agent() }).await,
        other => panic!("there is no program `{other}`"),
    }
}

/// The program's output as JSON.
pub(crate) async fn answer<P: Program>(program: &P, inputs: &Value) -> dspy::Result<Value> {
    let input: P::Input = serde_json::from_value(inputs.clone()).unwrap();
    let prediction = program.invoke(input).await?;
    Ok(serde_json::to_value(prediction.into_output()).unwrap())
}

#[derive(Signature, Clone)]
pub(crate) struct Label {
    #[input]
    text: String,
    #[output]
    label: String,
}

#[derive(Signature, Clone)]
pub(crate) struct FindTopic {
    #[input]
    text: String,
    #[output]
    topic: String,
}

#[derive(Signature, Clone)]
pub(crate) struct FindLabel {
    #[input]
    text: String,
    #[input]
    topic: String,
    #[output]
    label: String,
}

#[dspy::data]
pub(crate) struct Labelled {
    label: String,
}

#[derive(Clone, Default)]
pub(crate) struct Classifier {
    classify: ChainOfThought<Label>,
}

#[module]
impl Classifier {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        let label = self.classify.call(text).await?.into_output().into_output().label;
        Ok(Labelled { label })
    }
}

#[derive(Clone, Default)]
pub(crate) struct TwoStages {
    topic: Predict<FindTopic>,
    label: Predict<FindLabel>,
}

#[module]
impl TwoStages {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        let topic = self.topic.call(text.clone()).await?.into_output().topic;
        let label = self.label.call(FindLabelInput { text, topic }).await?.into_output().label;
        Ok(Labelled { label })
    }
}

#[derive(Clone, Default)]
pub(crate) struct Router {
    topic: Predict<FindTopic>,
    label: ChainOfThought<FindLabel>,
}

#[module]
impl Router {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        let topic = self.topic.call(text.clone()).await?.into_output().topic;
        let label = self.label.call(FindLabelInput { text, topic }).await?.into_output();
        Ok(Labelled { label: label.into_output().label })
    }
}

#[derive(Clone, Default)]
pub(crate) struct Nested {
    router: Router,
}

#[module]
impl Nested {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        Ok(self.router.call(text).await?.into_output())
    }
}

#[derive(Clone, Default)]
pub(crate) struct Votes {
    votes: (Predict<Label>, ChainOfThought<Label>, Predict<Label>),
}

#[module]
impl Votes {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        let first = self.votes.0.call(text.clone()).await?.into_output().label;
        let second = self.votes.1.call(text.clone()).await?.into_output().into_output().label;
        let third = self.votes.2.call(text).await?.into_output().label;
        Ok(Labelled { label: if second == third { second } else { first } })
    }
}

/// Its experts have different tasks, so they are predictors of tasks known at run time.
#[derive(Clone)]
pub(crate) struct Experts {
    experts: BTreeMap<String, Predictor>,
}

impl Experts {
    fn new() -> Self {
        let of = |name: &str, text: &str| {
            (name.to_owned(), Predictor::new(dspy::SignatureSchema::parse(text).unwrap()))
        };
        let label = of("label", "text, topic -> label");
        Self { experts: BTreeMap::from([of("the topic", "text -> topic"), label]) }
    }
}

#[module]
impl Experts {
    async fn forward(&self, text: String) -> dspy::Result<Labelled> {
        let given = [("text", Value::from(text.clone()))];
        let topic = self.experts["the topic"].call(given).await?["topic"].clone();
        let given = [("text", Value::from(text)), ("topic", topic)];
        let out = self.experts["label"].call(given).await?;
        Ok(Labelled { label: out["label"].as_str().unwrap_or_default().to_owned() })
    }
}

#[dspy::data]
#[serde(rename_all = "lowercase")]
pub(crate) enum Priority {
    Low,
    Normal,
    Urgent,
}

#[dspy::data]
pub(crate) struct Line {
    name: String,
    count: i64,
    price: Option<f64>,
}

#[dspy::data]
pub(crate) struct Customer {
    name: String,
    city: String,
    since: NaiveDate,
    tags: Vec<String>,
}

#[dspy::data]
pub(crate) enum Channel {
    #[serde(rename = "web")]
    Web,
    #[serde(rename = "phone")]
    Phone,
    #[serde(rename = "shop floor")]
    ShopFloor,
}

/// Read an order.
#[derive(Signature, Clone)]
pub(crate) struct ReadOrder {
    /// The customer's words.
    #[input]
    text: String,
    #[input]
    today: NaiveDate,
    /// How soon it is wanted.
    #[output]
    priority: Priority,
    #[output]
    due: NaiveDate,
    /// One for each kind of goods.
    #[output]
    lines: Vec<Line>,
    #[output]
    comment: Option<String>,
}

#[derive(Signature, Clone)]
pub(crate) struct JudgeOrder {
    #[input]
    text: String,
    /// Who wrote it.
    #[input]
    customer: Customer,
    #[input]
    limit: f64,
    #[output]
    channel: Channel,
    /// Whether it is a present.
    #[output]
    gift: bool,
    /// In kilograms.
    #[output]
    weight: f64,
    #[output]
    stock: BTreeMap<String, i64>,
}

/// Say what an order costs in total.
#[derive(Signature, Clone)]
pub(crate) struct Quote {
    #[input]
    text: String,
    /// In francs.
    #[output]
    total: f64,
}

#[derive(Clone, Default)]
pub(crate) struct Offers {
    judge: ChainOfThought<JudgeOrder>,
}

#[module]
impl Offers {
    async fn forward(
        &self,
        text: String,
        customer: Customer,
        limit: f64,
    ) -> dspy::Result<JudgeOrderOutput> {
        let judged = self.judge.call(JudgeOrderInput { text, customer, limit }).await?;
        Ok(judged.into_output().into_output())
    }
}

/// The price of one piece.
#[tool]
async fn price(item: String) -> Result<f64, String> {
    match item.as_str() {
        "apples" => Ok(0.4),
        "lamps" => Ok(19.5),
        "chairs" => Ok(45.0),
        "pens" => Ok(1.25),
        "tents" => Ok(120.0),
        other => Err(format!("there are no {other}")),
    }
}

/// What it costs to send a parcel.
#[tool]
async fn delivery(city: String, express: bool) -> Result<f64, String> {
    let plain = match city.as_str() {
        "Basel" => 6.0,
        "Oslo" => 11.0,
        "Lyon" => 7.5,
        "Turin" => 8.0,
        other => return Err(format!("nothing goes to {other}")),
    };
    Ok(if express { 2.0 * plain } else { plain })
}

fn agent() -> ReAct<Quote> {
    ReAct::new([price_tool(), delivery_tool()]).unwrap().native(false).max_iterations(5)
}

#[derive(Clone)]
pub(crate) struct Desk {
    read: Predict<ReadOrder>,
    agent: ReAct<Quote>,
}

#[dspy::data]
pub(crate) struct Handled {
    priority: Priority,
    total: f64,
}

#[module]
impl Desk {
    async fn forward(&self, text: String, today: NaiveDate) -> dspy::Result<Handled> {
        let read = self.read.call(ReadOrderInput { text: text.clone(), today }).await?;
        let total = self.agent.call(text).await?.into_output().into_output().total;
        Ok(Handled { priority: read.into_output().priority, total })
    }
}
