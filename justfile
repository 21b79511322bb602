# `just check` is what CI runs.
check:
    bash .ci/run

# Rewrites the expected compiler messages in tests/ui after a look at the change.
bless-ui:
    TRYBUILD=overwrite cargo test -p dspy --test ui

# Rewrites dspy-macros/src/expansion after a look at the change.
bless-expansions:
    INSTA_UPDATE=always cargo test -p dspy-macros

# All clients against real servers: llama.cpp, the litellm proxy, aimock (needs python3 with venv and
# pip, and npm; what cannot be had is skipped with the reason).
test-servers *arguments:
    python3 scripts/test_servers.py {{arguments}}

# The clients against aimock, which speaks several formats and fails on demand (needs node with npm).
test-aimock:
    sh scripts/aimock.sh

# Tools of the reference MCP server, over stdio and HTTP (needs node with npm).
test-mcp:
    sh scripts/mcp.sh

# HTML reports in a headless Chromium (needs chromium, and python3 with venv and pip).
test-report *options:
    python3 scripts/report_browser.py {{options}}

# Spans and metrics as a receiver of OpenTelemetry's protocol gets them (needs python3 with venv and pip).
test-otel:
    python3 scripts/otel.py

# Clean build of a hello world on this crate and on dspy-rs: CPU time of both in one run.
build-cost:
    bash bench/build-cost.sh

# What the derive costs the compiler: 100 signatures beside the same structs with derives by hand.
compile-cost:
    bash bench/compile-cost.sh

# CPU time of parsing, hostile texts included, as JSON Lines and as a table.
speed:
    cargo run --release --package dspy-bench -- speed

# CPU time and allocations of calls, as JSON Lines and as a table.
calls:
    cargo run --release --package dspy-bench --bin calls

# The peers on our case files, and on others of the same form (needs python3 with venv and pip).
peers *cases:
    sh bench/peers/run.sh compare.py --write bench/README.md tests/data/parse_cases.jsonl {{cases}}

# Our metrics beside DSPy's, rouge-score's and sacrebleu's (needs python3 with venv and pip).
metrics *options:
    sh bench/peers/metrics.sh --write bench/README.md --record tests/data/metric_cases.jsonl 80 {{options}}

# 50,000 rows evaluated into a file: memory, and the same result at any concurrency.
evaluate items="50000":
    cargo run --release --package dspy-bench -- evaluate --items {{items}}

# How often the interval of a score covers the truth.
intervals repeats="1000":
    cargo run --release --package dspy-bench -- intervals --repeats {{repeats}}

# Prompts beside those of Python DSPy (needs python3 with venv and pip).
parity *adapters:
    sh bench/peers/run.sh parity.py --write bench/README.md {{adapters}}

# Programs of Python DSPy 3.4.1 in Rust and back, on simulated models (needs python3 with venv and pip).
test-interop *options:
    sh bench/peers/run.sh interop/run.py {{options}}

# Our searches over choices beside Optuna's, in the same made-up worlds.
surrogate worlds="200":
    sh bench/peers/run.sh surrogate_optuna.py --worlds {{worlds}}
# Optimizers on simulated models, ours and Python DSPy's; bench/README.md says how (needs python3).
optimizers *options:
    sh bench/peers/run.sh optimize.py {{options}}

# A call over HTTP: CPU time beside a bare loop and the peers, on nginx (needs nginx).
overhead requests="20000":
    sh bench/peers/overhead.sh {{requests}}

# Licences, advisories and sources of all dependencies (needs cargo-deny).
deny:
    cargo deny check

# Each fuzz target for so many seconds (needs a nightly compiler and cargo-fuzz).
fuzz seconds="120":
    python3 fuzz/seeds.py
    for target in parse stream adapter load; do \
        cargo +nightly fuzz run --sanitizer none $target -- -max_total_time={{seconds}} -max_len=4096 || exit 1; \
    done
