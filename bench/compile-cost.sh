#!/usr/bin/env bash
# What the derive costs: CPU seconds to compile 100 signatures of 6 fields, beside the same structs
# that derive Serialize, Deserialize, JsonSchema, Clone and Debug by hand. Dependencies are built
# beforehand; the two crates are compiled in turn, and the best of the rounds counts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${ROUNDS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# crate NAME DERIVE INPUT OUTPUT: a library of 100 structs under these attributes.
crate() {
    local name=$1 derive=$2 input=$3 output=$4
    mkdir -p "$work/$name/src"
    cp "$root/Cargo.lock" "$root/rust-toolchain.toml" "$work/$name/" 2>/dev/null || true
    cat >"$work/$name/Cargo.toml" <<TOML
[package]
name = "$name"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
dspy = { path = "$root" }
schemars = "1"
serde = { version = "1", features = ["derive"] }

[workspace]
TOML
    {
        printf 'use schemars::JsonSchema;\nuse serde::{Deserialize, Serialize};\n'
        printf '#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]\n'
        printf 'pub enum Kind { Question, Complaint, Praise }\n'
        for number in $(seq 1 100); do
            cat <<RUST
/// Sort message number $number and say how sure you are.
$derive
pub struct Task$number {
    /// The message as it came in.
    $input
    pub message: String,
    /// What is known of the sender.
    $input
    pub facts: Vec<String>,
    $input
    pub year: Option<u32>,
    /// What the sender wants.
    $output
    pub kind: Kind,
    $output
    pub confidence: f64,
    /// One sentence.
    $output
    pub summary: String,
}
RUST
        done
    } >"$work/$name/src/lib.rs"
    if [ "$name" = signatures ]; then
        sed -i 's/^use schemars::JsonSchema;$/use dspy::Signature;\n&/' "$work/$name/src/lib.rs"
    fi
}

crate signatures '#[derive(Signature)]' '#[input]' '#[output]'
crate by_hand '#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]' '' ''

# compile NAME COMMAND: CPU seconds of rustc on the crate alone.
compile() {
    touch "$work/$1/src/lib.rs"
    local before after
    TIMEFORMAT='%U %S'
    { time cargo "$2" --offline --quiet --manifest-path "$work/$1/Cargo.toml" \
        --target-dir "$work/target" 2>/dev/null; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}

export CARGO_INCREMENTAL=0
for command in check build; do
    compile signatures "$command" >/dev/null
    compile by_hand "$command" >/dev/null
    ours='' theirs=''
    for _ in $(seq "$rounds"); do
        ours+="$(compile signatures "$command") "
        theirs+="$(compile by_hand "$command") "
    done
    # shellcheck disable=SC2086
    awk -v command="$command" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
        n = split(ours, a); best = a[1]; for (i = 2; i <= n; i++) if (a[i] < best) best = a[i]
        n = split(theirs, b); base = b[1]; for (i = 2; i <= n; i++) if (b[i] < base) base = b[i]
        printf "cargo %s: 100 signatures %.2f s, by hand %.2f s, ratio %.2f\n", command, best, base, best / base
    }'
done
