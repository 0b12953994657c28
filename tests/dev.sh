#!/usr/bin/env bash
# Runs programs that are not liftgate's own behind `liftgate dev`: a handler on AWS's runtime client
# for Python, and apps on lambda_http; then example-httpbin under load. Needs Linux, cargo, and
# python3 with pip and venv. wrk is installed where it is not there; where it cannot be, the load is
# left out.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
version=4.2.2

venv=$target/dev/awslambdaric-$version
if [ ! -e "$venv/complete" ]; then
  mkdir -p "$target/dev"
  rm -rf "$venv"
  timeout 300 python3 -m venv "$venv"
  timeout 300 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --only-binary :all: "awslambdaric==$version"
  touch "$venv/complete"
fi

install() {
  export DEBIAN_FRONTEND=noninteractive
  # A machine's lists may be older than what its mirror has.
  timeout 300 apt-get update --quiet || true
  timeout 300 apt-get install --yes --quiet --no-install-recommends wrk
}
wrk=$(command -v wrk) || {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  install >"$log" 2>&1 || true
  wrk=$(command -v wrk) ||
    echo "The load is left out: wrk is not here and cannot be installed: $(tail -n 1 "$log")"
  rm -f "$log"
}

cargo build --quiet --locked -p liftgate-cli -p 'bench-lambda-http-*'
if [ -n "$wrk" ]; then
  cargo build --quiet --locked --release -p example-httpbin -p liftgate-cli
fi
exec python3 -B tests/dev.py "$target" "$venv" "$wrk"
