#!/bin/sh
# Runs tests/aimock.rs against aimock, a server of others that speaks the providers' formats.
#
# Installs it into a throw-away folder, serves on a free port of this machine, and takes everything
# away again. Says why and ends well where the package cannot be had.
set -eu

cd "$(dirname "$0")/.."
mkdir -p target
work=$(mktemp -d "$PWD/target/aimock.XXXXXX")
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
npm install --silent --no-fund --no-audit --prefix "$work" @copilotkit/aimock >"$work/log" 2>&1 ||
    skip "npm cannot get @copilotkit/aimock: $(tail -n 1 "$work/log")"

node "$work/node_modules/@copilotkit/aimock/dist/cli.js" --port 0 --validate-on-load \
    --fixtures scripts/aimock.json >"$work/log" 2>&1 &
server=$!

waited=0
until grep -q 'listening on http' "$work/log"; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 60 ]; then
        echo "the server did not start:" >&2
        tail -n 20 "$work/log" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done

address=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' "$work/log" | head -n 1)
DSPY_TEST_AIMOCK_BASE=${address%/} cargo test -p dspy --test aimock -- --nocapture
