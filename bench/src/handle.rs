//! The command `handle`: what an `Lm` adds to a call of its model.

use std::hint::black_box;
use std::io::{self, Write};

use dspy::lm::{LanguageModel, Lm, LmError, Message, Request, Response};
use futures_util::FutureExt;
use serde_json::json;

use crate::speed::clock::paired;

const ROUNDS: usize = 15;

/// Answers at once with as much as providers do.
#[derive(Clone)]
struct Instantly;

impl LanguageModel for Instantly {
    async fn generate(&self, _: &Request) -> Result<Response, LmError> {
        let mut response = Response::text("It is said to be so in the third passage.");
        response.model = Some("gpt-4o-mini-2024-07-18".to_owned());
        response.request_id = Some("req_0123456789abcdef0123456789abcdef".to_owned());
        response.usage.calls = 1;
        response.usage.prompt_tokens = 400;
        response.usage.completion_tokens = 11;
        Ok(response)
    }

    fn name(&self) -> &str {
        "instantly"
    }
}

pub(crate) fn run() -> io::Result<()> {
    let request = Request::new([
        Message::system("Answer from the passages alone."),
        Message::user("Is it so?"),
        Message::assistant("It is."),
        Message::user("Says who?"),
    ]);
    let bare = Lm::from_model(Instantly);
    let with_history = bare.with_history(100);
    let ask = |lm: &Lm| drop(black_box(lm.generate(black_box(&request)).now_or_never()));
    let counted = paired(
        ROUNDS,
        || ask(&bare),
        || drop(black_box(Instantly.generate(black_box(&request)).now_or_never())),
    );
    let kept = paired(ROUNDS, || ask(&with_history), || ask(&bare));
    for (what, times) in [("handle over model", counted), ("history over none", kept)] {
        let line = json!({
            "row": what,
            "cpu_us": times.ours,
            "against_cpu_us": times.other,
            "added_us": times.ours - times.other,
        });
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}
