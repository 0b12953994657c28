#!/usr/bin/env bash
# Runs the examples under `cargo lambda watch`, and asks them by `cargo lambda invoke` and over
# HTTP. Needs Linux, cargo, and python3 with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
. tests/tools.sh
fetch_cargo_lambda

# Each by itself, as `cargo lambda watch` runs it, so that there is nothing left to build.
cargo build --quiet --locked -p example-hello
cargo build --quiet --locked -p example-httpbin
exec python3 -B tests/cargo_lambda.py "$cargo_lambda"
