//! Tells the program which compiler built it.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let run = Command::new(rustc).arg("--version").output();
    let version = run.ok().and_then(|run| String::from_utf8(run.stdout).ok());
    let version = version.unwrap_or_else(|| "unknown rustc".to_owned());
    println!("cargo:rustc-env=LIFTGATE_RUSTC={}", version.trim());
}
