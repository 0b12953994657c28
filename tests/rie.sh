#!/usr/bin/env bash
# Runs example-httpbin on AWS's own Runtime Interface Emulator, by liftgate's runtime and by AWS's, and
# events of every gateway through it. Needs Linux, cargo, and python3 with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
. tests/tools.sh
fetch_emulator

cargo build --quiet --locked -p example-httpbin
cargo build --quiet --locked -p example-lifecycle
cargo build --quiet --locked -p liftgate-lambda-runtime --example httpbin
exec python3 -B tests/rie.py "$rie" "$target/debug/example-lifecycle" \
  "$target/debug/example-httpbin" "$target/debug/examples/httpbin"
