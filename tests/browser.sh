#!/usr/bin/env bash
# Opens example-page in chromium, behind local gateways, with example-chat beside it. Needs Linux,
# cargo and python3, and Debian's chromium and chromium-driver, which are installed where they are
# not there. Where they cannot be, the test is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

is_there() { command -v chromium && command -v chromedriver; } >/dev/null
install() {
  export DEBIAN_FRONTEND=noninteractive
  # A machine's lists may be older than what its mirror has.
  timeout 300 apt-get update --quiet || true
  timeout 600 apt-get install --yes --quiet --no-install-recommends chromium chromium-driver
} >"$log" 2>&1
if ! is_there; then
  install || true
  if ! is_there; then
    echo "The browser test is left out: chromium and chromium-driver are not here and cannot be" \
      "installed: $(tail -n 1 "$log")"
    exit 0
  fi
fi

cargo build --quiet --locked -p example-page
cargo build --quiet --locked -p example-chat
mkdir -p "$target/browser"
rm -f "$log"
exec python3 -B tests/browser.py "$target/browser" "$target/debug/example-page" "$target/debug/example-chat"
