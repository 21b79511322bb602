#!/bin/sh
# Runs tests/llama_server.rs against a real llama.cpp server: llama-server.sh [PORT]
#
# Installs the server into a throw-away environment, makes a tiny model, serves it on this machine,
# and takes everything away again. Says why and ends well where the packages cannot be had.
set -eu

cd "$(dirname "$0")/.."
port=${1:-18080}
work=$(mktemp -d)
server=

leave() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

skip() {
    echo "skipped: $1"
    exit 0
}

command -v python3 >/dev/null || skip "there is no python3"
python3 -m venv "$work/venv" >"$work/log" 2>&1 || skip "python3 cannot make a venv: $(tail -n 1 "$work/log")"
python=$work/venv/bin/python
"$python" -m pip install --quiet --only-binary=:all: xllamacpp gguf numpy >"$work/log" 2>&1 ||
    skip "pip cannot get xllamacpp, gguf and numpy: $(tail -n 1 "$work/log")"

"$python" scripts/tiny_llama.py make "$work/tiny.gguf"
"$python" scripts/tiny_llama.py serve "$work/tiny.gguf" "$port" >"$work/log" 2>&1 &
server=$!

waited=0
until grep -q '^listening' "$work/log"; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 60 ]; then
        echo "the server did not start:" >&2
        tail -n 20 "$work/log" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done

DSPY_TEST_LLAMA_BASE=http://127.0.0.1:$port/v1 cargo test -p dspy --test llama_server -- --nocapture
