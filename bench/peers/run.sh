#!/bin/sh
# Runs a script of this folder beside the peers: run.sh SCRIPT.py [ARGUMENT...]
#
# Installs the peers into an environment under target/, which may be thrown away at any time, and
# builds dspy-bench. Says why and ends well where the packages cannot be had.
set -eu

cd "$(dirname "$0")/../.."
here=bench/peers
home=${CARGO_TARGET_DIR:-target}/peers
python=$home/venv/bin/python

skip() {
    echo "skipped: $1"
    exit 0
}

command -v python3 >/dev/null || skip "there is no python3"
if ! cmp -s "$here/requirements.txt" "$home/installed.txt"; then
    rm -rf "$home"
    mkdir -p "$home"
    python3 -m venv "$home/venv" >"$home/log" 2>&1 ||
        skip "python3 cannot make a venv: $(tail -n 1 "$home/log")"
    "$python" -m pip install --quiet --only-binary=:all: -r "$here/requirements.txt" >"$home/log" 2>&1 ||
        skip "pip cannot get the peers: $(tail -n 1 "$home/log")"
    cp "$here/requirements.txt" "$home/installed.txt"
fi

if [ -z "${DSPY_BENCH:-}" ]; then
    cargo build --quiet --release -p dspy-bench
    DSPY_BENCH=${CARGO_TARGET_DIR:-target}/release/dspy-bench
    export DSPY_BENCH
fi
script=$1
shift
# Nothing of the peers needs the network, their telemetry, or backtraces.
BAML_LOG=off RUST_BACKTRACE=0 PYTHONDONTWRITEBYTECODE=1 \
    exec "$python" "$here/$script" "$@"
