#!/bin/sh
# Runs tests/mcp.rs against the reference server of the Model Context Protocol, over stdio and HTTP.
#
# Installs it into a throw-away folder, serves on a free port of this machine, and takes everything
# away again. Says why and ends well where the package cannot be had.
set -eu

cd "$(dirname "$0")/.."
mkdir -p target
work=$(mktemp -d "$PWD/target/mcp.XXXXXX")
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

command -v node >/dev/null || skip "there is no node"
command -v npm >/dev/null || skip "there is no npm"
npm install --silent --no-fund --no-audit --prefix "$work" \
    @modelcontextprotocol/server-everything >"$work/log" 2>&1 ||
    skip "npm cannot get @modelcontextprotocol/server-everything: $(tail -n 1 "$work/log")"

program="$work/node_modules/@modelcontextprotocol/server-everything/dist/index.js"
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close(); })')
PORT=$port node "$program" streamableHttp >"$work/log" 2>&1 &
server=$!

waited=0
until grep -q 'listening on port' "$work/log"; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 60 ]; then
        echo "the server did not start:" >&2
        tail -n 20 "$work/log" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done

DSPY_TEST_MCP_SERVER=$program DSPY_TEST_MCP_ADDRESS=http://127.0.0.1:$port/mcp \
    cargo test -p dspy --features mcp --test mcp -- --nocapture
