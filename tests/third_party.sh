#!/usr/bin/env bash
# Runs programs of others, as they are on crates.io, beside themselves on liftgate, and compares what
# they answer: basic-http-server (axum), miniserve (actix-web), and the server in the examples of
# dav-server (hyper), which is also held to the WebDAV test suite litmus. What is changed in them is in
# `third_party/*.patch`. Needs Linux, cargo, patch and python3 with pip. litmus is installed where it
# is not there; where it cannot be, its tests are left out.
set -euo pipefail
cd "$(dirname "$0")/.."

project=$PWD
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
apps=$target/third-party
. tests/tools.sh
fetch_emulator

# All that is built for these programs lies apart, without what only debuggers need.
export CARGO_TARGET_DIR=$apps/target CARGO_PROFILE_DEV_DEBUG=false CARGO_INCREMENTAL=0
mkdir -p "$apps/bin"
host=$(rustc -vV | sed -n 's/^host: //p')

# Where the sources of a crate are, once cargo has fetched them from whatever registry it is configured
# for. It does that for a dependency.
sources() {
  local package=$apps/sources
  rm -rf "$package"
  mkdir -p "$package/src"
  touch "$package/src/lib.rs"
  cat >"$package/Cargo.toml" <<TOML
[package]
name = "sources"
edition = "2024"
[dependencies]
$1 = { version = "=$2", default-features = false }
[workspace]
TOML
  # What it warns of is that a program is no dependency.
  cargo fetch --target "$host" --manifest-path "$package/Cargo.toml" >"$package/log" 2>&1 ||
    { cat "$package/log" >&2; return 1; }
  find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -mindepth 2 -maxdepth 2 -name "$1-$2" | head -n 1
}

# Builds a program twice: as it is, and with its patch. Both are the same package with the same
# dependencies, of the versions in the package's own lock file, and liftgate. So what they answer
# differs by nothing but the patch.
build() {
  local name=$1 version=$2 dependencies=$3 artifact=$4
  shift 4
  local directory=$apps/$name-$version patch=$project/tests/third_party/$name.patch
  # What was made of another patch, or of other dependencies, is made again.
  local made="$dependencies $(cat "$patch")"
  if [ "$(cat "$directory/made" 2>/dev/null)" != "$made" ]; then
    rm -rf "$directory"
    mkdir -p "$directory"
    local from
    from=$(sources "$name" "$version")
    cp -R "$from" "$directory/original"
    # The toolchain is the one that builds liftgate.
    rm -f "$directory"/original/rust-toolchain*
    # It is no member of the workspace that it lies in.
    printf '\n%s\n\n[workspace]\n' "$dependencies" >>"$directory/original/Cargo.toml"
    cargo update --quiet --workspace --manifest-path "$directory/original/Cargo.toml"
    cp -R "$directory/original" "$directory/lifted"
    patch --quiet --strip 1 --directory "$directory/lifted" <"$patch"
    echo "$made" >"$directory/made"
  fi
  printf '\n%s %s, with this changed:\n\n' "$name" "$version"
  cat "$patch"
  local which
  for which in original lifted; do
    # Cargo would take the one for the other, but for the cfg. Their warnings are not ours.
    cargo rustc --quiet --locked --manifest-path "$directory/$which/Cargo.toml" "$@" -- \
      --cfg "$which" --cap-lints allow
    cp "$CARGO_TARGET_DIR/debug/$artifact" "$apps/bin/$name-$which"
  done
}

liftgate="[dependencies.liftgate]
path = \"$project\""
actix="[dependencies.liftgate-actix-web]
path = \"$project/adapters/actix-web\""
# The program is an example of its package. tower is there for `service_fn`.
dav="[dev-dependencies.liftgate]
path = \"$project\"
[dev-dependencies.tower]
version = \"0.5\"
features = [\"util\"]"

build basic-http-server 0.11.0 "$liftgate" basic-http-server
build miniserve 0.35.0 "$actix" miniserve --no-default-features
build dav-server 0.11.0 "$dav" examples/sample-litmus-server --example sample-litmus-server

install() {
  export DEBIAN_FRONTEND=noninteractive
  # A machine's lists may be older than what its mirror has.
  timeout 300 apt-get update --quiet || true
  timeout 300 apt-get install --yes --quiet --no-install-recommends litmus
}
litmus=$(command -v litmus) || {
  install >"$apps/install.log" 2>&1 || true
  litmus=$(command -v litmus) ||
    echo "litmus is left out: it is not here and cannot be installed: $(tail -n 1 "$apps/install.log")"
}

exec python3 -B tests/third_party.py "$apps" "$rie" "$litmus"
