#!/usr/bin/env bash
# CPU seconds of a clean debug build of a hello world on this crate and on dspy-rs 0.7.3, one after
# the other on the same machine. Downloads happen before the clock starts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

crate() { # name, dependencies, main
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n%s\n' \
        "$1" "$2" >"$work/$1/Cargo.toml"
    printf '%s\n' "$3" >"$work/$1/src/main.rs"
    (cd "$work/$1" && cargo fetch --quiet)
}

build() { # name -> CPU seconds
    (
        cd "$work/$1"
        export CARGO_TARGET_DIR=$work/$1/target
        TIMEFORMAT='%U %S'
        { time cargo build --offline --quiet >"$work/$1/log" 2>&1; } 2>"$work/$1/times" ||
            { cat "$work/$1/log" >&2; exit 1; }
        awk '{ printf "%.1f", $1 + $2 }' "$work/$1/times"
    )
}

crate ours "dspy = { path = \"$root\" }
tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }" \
    'use dspy::prelude::*;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    dspy::configure(Lm::from_env()?);
    println!("{}", Predict::<Qa>::new().call("Who are you?").await?.answer);
    Ok(())
}'

crate peer 'dspy-rs = "=0.7.3"
anyhow = "1"
serde = "1"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }' \
    'use dspy_rs::{ChatAdapter, LM, Predict, Predictor, Signature, configure, example};

#[Signature]
struct Qa {
    /// Answer the question.
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    configure(LM::builder().model("openai:gpt-4o-mini".to_string()).build().await?, ChatAdapter);
    let predict = Predict::new(Qa::new());
    let out = predict.forward(example! { "question": "input" => "Who are you?" }).await?;
    println!("{}", out.get("answer", None));
    Ok(())
}'

ours=$(build ours)
peer=$(build peer)
echo "{\"dspy_cpu_s\": $ours, \"dspy_rs_cpu_s\": $peer, \"ratio\": $(awk "BEGIN { printf \"%.2f\", $ours / $peer }")}"
