#!/usr/bin/env bash
# Runs the examples under `cargo lambda watch`, and asks them by `cargo lambda invoke` and over
# HTTP. Needs Linux, cargo, and python3 with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
version=1.9.2

# cargo-lambda is in a wheel of its own, on a mirror of PyPI as well.
tools=$target/cargo-lambda/$version
if [ ! -x "$tools/cargo-lambda" ]; then
  mkdir -p "$tools"
  wheel=$(mktemp -d "$tools/wheel.XXXXXX")
  trap 'rm -rf "$wheel"' EXIT
  timeout 300 python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir \
    --only-binary :all: -d "$wheel" "cargo-lambda==$version"
  python3 - "$wheel" "cargo_lambda-$version.data/scripts/cargo-lambda" <<'PYTHON'
import pathlib, sys, zipfile
wheel = pathlib.Path(sys.argv[1])
binary = zipfile.ZipFile(next(wheel.glob("*.whl"))).read(sys.argv[2])
(wheel / "cargo-lambda").write_bytes(binary)
PYTHON
  chmod +x "$wheel/cargo-lambda"
  mv "$wheel/cargo-lambda" "$tools/cargo-lambda"
  rm -rf "$wheel"
fi

# Each by itself, as `cargo lambda watch` runs it, so that there is nothing left to build.
cargo build --quiet --locked -p example-hello
cargo build --quiet --locked -p example-httpbin
exec python3 -B tests/cargo_lambda.py "$tools/cargo-lambda"
