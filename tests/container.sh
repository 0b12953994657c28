#!/usr/bin/env bash
# Runs small apps of many kinds, which know nothing of Lambda, behind liftgate-process on AWS's Runtime
# Interface Emulator, and compares what they answer with what they answer without: on Flask with
# gunicorn, FastAPI with uvicorn, Express, nginx, and Rack with puma. Needs Linux, cargo, python3 with
# pip and venv, node with npm, and unshare with the right to mount; nginx and puma are installed from
# Debian's packages where they are not there.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/container
mkdir -p "$work/bin"
. tests/tools.sh
fetch_emulator

install() {
  export DEBIAN_FRONTEND=noninteractive
  # A machine's lists may be older than what its mirror has.
  timeout 300 apt-get update --quiet || true
  timeout 600 apt-get install --yes --quiet --no-install-recommends nginx puma
}
# nginx lies where only root looks for programs.
PATH=$PATH:/usr/sbin
is_there() { command -v nginx && command -v puma; } >/dev/null
is_there || install >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; exit 1; }

venv=$work/venv
requirements=tests/container/requirements.txt
if ! cmp --silent "$requirements" "$venv/complete"; then
  rm -rf "$venv"
  timeout 300 python3 -m venv "$venv"
  timeout 600 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --only-binary :all: --no-deps --requirement "$requirements"
  cp "$requirements" "$venv/complete"
fi

express=$work/express
if ! cmp --silent tests/container/express/package-lock.json "$express/complete"; then
  rm -rf "$express"
  mkdir "$express"
  cp tests/container/express/package*.json "$express"
  (cd "$express" && timeout 300 npm ci --no-audit --no-fund --ignore-scripts --loglevel error)
  cp "$express/package-lock.json" "$express/complete"
fi
cp tests/container/express/app.js "$express"

# The program as it is deployed, and with the local gateway in it.
cargo build --quiet --locked -p liftgate-cli
cargo build --quiet --locked -p liftgate-process --features local
cp "$target/debug/liftgate-process" "$work/bin/liftgate-process-local"
cargo build --quiet --locked -p liftgate-process
cp "$target/debug/liftgate-process" "$work/bin/liftgate-process"
exec python3 -B tests/container.py "$target" "$rie"
