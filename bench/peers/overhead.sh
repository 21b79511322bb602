#!/bin/sh
# CPU time and memory of a call over HTTP, ours and the peers', against nginx with a fixed answer:
# overhead.sh [REQUESTS]
#
# Rounds are interleaved and the medians printed as a table, each ratio the median of its rounds'. Says
# why and ends well where nginx is missing; a peer that cannot be had is left out with a word.
set -eu

cd "$(dirname "$0")/../.."
home=${CARGO_TARGET_DIR:-target}/peers
requests=${1:-20000}
port=${PORT:-18099}
nginx=$(command -v nginx || echo /usr/sbin/nginx)
if [ ! -x "$nginx" ]; then
    echo "skipped: there is no nginx (Debian's package nginx-light will do)"
    exit 0
fi

work=$(mktemp -d)
leave() {
    if [ -s "$work/pid" ]; then
        kill "$(cat "$work/pid")" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

cat >"$work/nginx.conf" <<CONF
worker_processes 1;
pid $work/pid;
error_log $work/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
http {
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$port backlog=4096;
        location = /v1/chat/completions {
            default_type application/json;
            return 200 '{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"[[ ## answer ## ]]\\\\nParis\\\\n\\\\n[[ ## completed ## ]]"},"finish_reason":"stop"}],"usage":{"prompt_tokens":120,"completion_tokens":12,"total_tokens":132}}';
        }
        # What a chain of thought wants.
        location = /reasoned/v1/chat/completions {
            default_type application/json;
            return 200 '{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"[[ ## reasoning ## ]]\\\\nIt is the capital.\\\\n\\\\n[[ ## answer ## ]]\\\\nParis\\\\n\\\\n[[ ## completed ## ]]"},"finish_reason":"stop"}],"usage":{"prompt_tokens":120,"completion_tokens":12,"total_tokens":132}}';
        }
    }
}
CONF
"$nginx" -c "$work/nginx.conf" -e "$work/error.log"

cargo build --quiet --release -p dspy-bench
bench=${CARGO_TARGET_DIR:-target}/release/dspy-bench
base=http://127.0.0.1:$port/v1
reasoned=http://127.0.0.1:$port/reasoned/v1
python=$home/venv/bin/python
[ -x "$python" ] || python=
rival=$home/dspy-rs/release/dspy-rs-overhead
if [ -n "${WITH_DSPY_RS:-}" ]; then
    CARGO_TARGET_DIR=$home/dspy-rs cargo build --quiet --release \
        --manifest-path bench/peers/dspy-rs/Cargo.toml
fi
[ -x "$rival" ] || rival=

# CLIENT RUNTIME BASE PREFIX: one row, the client's name behind the runtime's and the prefix.
measure() {
    "$bench" overhead --base-url "$3" --requests "$requests" --concurrency "$concurrency" \
        --client "$1" --runtime "$2" | sed "s/\"client\":\"/&$2:$4/" >>"$work/rows"
}

for round in 1 2 3 4 5 6 7; do
    for concurrency in 1 64 256 1024; do
        for runtime in current multi; do
            for client in reqwest dspy; do
                measure "$client" "$runtime" "$base" ""
            done
        done
        # Programs, and a bare predictor that gets the same answer as they.
        measure dspy-nested current "$reasoned" ""
        measure dspy current "$reasoned" "reasoned "
        if [ -n "$rival" ]; then
            "$rival" "$base" "$requests" "$concurrency" >>"$work/rows"
        fi
        if [ -n "$python" ] && [ "$round" = 1 ]; then
            "$python" bench/peers/overhead_dspy.py "$base" 1000 "$concurrency" >>"$work/rows"
        fi
    done
done
[ -n "$python" ] || echo "left out: Python DSPy (run \`just peers\` once, which installs it)" >&2
[ -n "$rival" ] || echo "left out: dspy-rs (set WITH_DSPY_RS=1 to build it)" >&2
python3 bench/peers/overhead_table.py <"$work/rows"
