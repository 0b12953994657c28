#!/usr/bin/env bash
# Runs example-httpbin on AWS's own Runtime Interface Emulator, by liftgate's runtime and by AWS's, and
# events of every gateway through it. Needs Linux, cargo, and python3 with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
case $(uname -m) in
  x86_64) name=aws-lambda-rie-x86_64 ;;
  aarch64 | arm64) name=aws-lambda-rie-arm64 ;;
  *) echo "there is no emulator for $(uname -m)" >&2; exit 1 ;;
esac

# The emulator is in a wheel of AWS's own, on a mirror of PyPI as well.
rie=$target/rie/$name
if [ ! -x "$rie" ]; then
  mkdir -p "$target/rie"
  wheel=$(mktemp -d "$target/rie/wheel.XXXXXX")
  trap 'rm -rf "$wheel"' EXIT
  timeout 300 python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir \
    --only-binary :all: -d "$wheel" aws-sam-cli
  python3 - "$wheel" "samcli/local/rapid/$name" <<'PYTHON'
import pathlib, sys, zipfile
wheel = pathlib.Path(sys.argv[1])
emulator = zipfile.ZipFile(next(wheel.glob("*.whl"))).read(sys.argv[2])
(wheel / "emulator").write_bytes(emulator)
PYTHON
  chmod +x "$wheel/emulator"
  mv "$wheel/emulator" "$rie"
  rm -rf "$wheel"
fi

cargo build --quiet --locked -p example-httpbin
cargo build --quiet --locked -p example-lifecycle
cargo build --quiet --locked -p liftgate-lambda-runtime --example httpbin
exec python3 -B tests/rie.py "$rie" "$target/debug/example-lifecycle" \
  "$target/debug/example-httpbin" "$target/debug/examples/httpbin"
