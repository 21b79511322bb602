#!/bin/sh
# Our metrics beside those of Python DSPy, rouge-score and sacrebleu: metrics.sh [ARGUMENT...]
#
# Installs them into an environment of their own under target/, which may be thrown away at any time,
# and builds dspy-bench. Says why and ends well where the packages cannot be had.
set -eu

cd "$(dirname "$0")/../.."
here=bench/peers
home=${CARGO_TARGET_DIR:-target}/peers-metrics
python=$home/venv/bin/python

skip() {
    echo "skipped: $1"
    exit 0
}

command -v python3 >/dev/null || skip "there is no python3"
if ! cmp -s "$here/metrics_requirements.txt" "$home/installed.txt"; then
    rm -rf "$home"
    mkdir -p "$home"
    python3 -m venv "$home/venv" >"$home/log" 2>&1 ||
        skip "python3 cannot make a venv: $(tail -n 1 "$home/log")"
    "$python" -m pip install --quiet -r "$here/metrics_requirements.txt" >"$home/log" 2>&1 ||
        skip "pip cannot get the peers: $(tail -n 1 "$home/log")"
    cp "$here/metrics_requirements.txt" "$home/installed.txt"
fi
if [ -z "${DSPY_BENCH:-}" ]; then
    cargo build --quiet --release -p dspy-bench
    DSPY_BENCH=${CARGO_TARGET_DIR:-target}/release/dspy-bench
    export DSPY_BENCH
fi
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$here/metrics_parity.py" "$@"
