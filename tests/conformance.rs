//! Every client against servers of others; `scripts/test_servers.py` starts them and runs this.
//! Without servers the test says so and does nothing.

#[path = "conformance/checks.rs"]
mod checks;
#[path = "conformance/media.rs"]
mod media;
#[path = "conformance/outcome.rs"]
mod outcome;
#[path = "conformance/target.rs"]
mod target;

use outcome::Outcome;
use target::Target;

/// The name of a capability and its check.
macro_rules! checks {
    ($($name:literal => $check:path,)*) => {
        const NAMES: &[&str] = &[$($name),*];

        async fn run_all(target: &Target) -> Vec<Outcome> {
            let limit = std::time::Duration::from_secs(60);
            vec![$(match target.reason_to_skip($name) {
                Some(reason) => Outcome::Skipped(reason.to_owned()),
                None => match tokio::time::timeout(limit, $check(target)).await {
                    Ok(outcome) => Outcome::of(outcome),
                    Err(_) => Outcome::Failed("no answer within a minute".to_owned()),
                },
            }),*]
        }
    };
}

checks! {
    "chat" => checks::chat,
    "usage" => checks::usage,
    "conversation" => checks::conversation,
    "token limit" => checks::token_limit,
    "stop" => checks::stop,
    "seed" => checks::seed,
    "n = 2" => checks::several,
    "logprobs" => checks::logprobs,
    "stream" => checks::stream,
    "stream, n = 2" => checks::stream_several,
    "cancel a stream" => checks::cancel,
    "structured" => checks::structured,
    "tool call" => checks::tool_call,
    "tool call, streamed" => checks::tool_call_streamed,
    "tool result" => checks::tool_result,
    "reasoning" => checks::reasoning,
    "image" => media::image,
    "audio" => media::audio,
    "file" => media::file,
    "too long" => checks::too_long,
    "unknown model" => checks::unknown_model,
    "wrong key" => checks::wrong_key,
    "429" => checks::rate_limit,
    "503" => checks::unavailable,
    "Predict" => checks::predict,
}

#[tokio::test]
async fn every_provider_on_every_server() {
    let Some(targets) = Target::all() else {
        println!("skipped: {} names no servers", target::VARIABLE);
        return;
    };
    let mut columns = Vec::new();
    for target in &targets {
        columns.push(run_all(target).await);
    }
    println!("\n{}", outcome::table(NAMES, &targets, &columns));
    let mut failures = Vec::new();
    for (target, outcomes) in targets.iter().zip(&columns) {
        for (name, outcome) in NAMES.iter().zip(outcomes) {
            if let Outcome::Failed(reason) = outcome {
                failures.push(format!("{target}: {name}: {reason}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
