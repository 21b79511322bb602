//! A task with a hard constraint, on a model that keeps it by chance, and more often when it is shown
//! what it did wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dspy::lm::{Capabilities, LanguageModel, LmError, Request, Response};
use dspy::prelude::*;
use dspy::{Evaluate, assert_that};

use super::{Write, WriteInput, answer, section};

const LIMIT: usize = 40;

/// Writes at most [`LIMIT`] bytes for 60 % of the topics, and for 85 % of them in a retry that shows
/// both the text and the limit. What it does is decided by the words of the request alone.
#[derive(Clone, Default)]
struct Author {
    calls: Arc<AtomicUsize>,
}

impl LanguageModel for Author {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        let (topic, past) = (section(request, "topic"), section(request, "past_text"));
        let feedback = section(request, "feedback");
        let knows = !past.is_empty() && feedback.contains("40");
        let percent = if knows { 85 } else { 60 };
        let text = if chance(&topic, &past) < percent {
            format!("{topic}, in short")
        } else {
            format!("{topic}: it is a long story ({}), too long to tell", past.len())
        };
        let mut response = Response::text(answer(&text));
        response.usage.calls = 1;
        Ok(response)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn name(&self) -> &str {
        "author"
    }
}

/// A number below 100 that the texts decide.
fn chance(topic: &str, past: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in topic.bytes().chain([0]).chain(past.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) % 100
}

/// The plain program: what it writes is what comes out.
#[derive(Clone, Default)]
struct Plain {
    write: Predict<Write>,
}

#[module]
impl Plain {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        Ok(self.write.call(topic).await?.into_output().text)
    }
}

/// The same with the constraint.
#[derive(Clone, Default)]
struct Asserted {
    write: Predict<Write>,
}

#[module]
impl Asserted {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let draft = self.write.call(topic).await?;
        let length = draft.text.len();
        assert_that!(draft, length <= LIMIT, "{length} bytes are more than {LIMIT}");
        Ok(draft.into_output().text)
    }
}

impl From<WriteInput> for PlainInput {
    fn from(input: WriteInput) -> Self {
        Self { topic: input.topic }
    }
}

impl From<WriteInput> for AssertedInput {
    fn from(input: WriteInput) -> Self {
        Self { topic: input.topic }
    }
}

fn rows() -> Vec<Write> {
    (0..400).map(|n| Write { topic: format!("topic {n}"), text: String::new() }).collect()
}

async fn measured<M>(mut program: M) -> (f64, usize, dspy::evaluate::Evaluation<String>)
where
    M: Module<Output = String>,
    Write: Row<M::Input>,
{
    let author = Author::default();
    program.set_lm(&Lm::from_model(author.clone()));
    let keeps = |_: &Write, text: &String| text.len() <= LIMIT;
    let evaluation = Evaluate::new(rows()).record().run(&program, keeps).await.unwrap();
    (evaluation.score(), author.calls.load(Ordering::Relaxed), evaluation)
}

#[tokio::test]
async fn satisfaction_rises_to_95_percent_within_two_retries_at_the_counted_cost() {
    let (plain, plain_calls, _) = measured(Plain::default()).await;
    let (asserted, calls, evaluation) = measured(Asserted::default()).await;
    println!("plain {plain}, asserted {asserted}, {plain_calls} and {calls} calls");
    assert!((0.5..0.7).contains(&plain), "{plain}");
    assert!(asserted >= 0.95, "{asserted}");
    assert_eq!(plain_calls, 400);
    // One call for each row, and one for each answer that was sent back.
    let retries: usize = evaluation.items().iter().map(|item| item.trace.retries()).sum();
    assert_eq!(calls, 400 + retries);
    assert_eq!(usize::try_from(evaluation.usage().calls).unwrap(), calls);
    for item in evaluation.items() {
        let own = item.trace.retries();
        assert!(own <= 2);
        assert_eq!(item.error.is_some(), item.score == 0.0, "what fails is an error");
        assert!(item.error.is_none() || own == 2, "{:?}", item.error);
    }
    // The rows that were right at first are right still, and cost what they did.
    let at_once = evaluation.items().iter().filter(|item| item.trace.retries() == 0).count();
    assert_eq!(at_once, (plain * 400.0).round() as usize);
}
