//! Invocations without end, of which some fail, over connections that break: is each answered or
//! reported exactly once, and is no memory lost?
//!
//! - `cargo run --release -p soak -- [INVOCATIONS] [WORKERS]`, by default 1,000,000 and 1: the
//!   runtime.
//! - `cargo run --release -p soak -- process [INVOCATIONS] [WORKERS] [SEED]`, by default 500,000, 1
//!   and a seed that it prints: the program `liftgate-process`, which
//!   `cargo build --release -p liftgate-process` has put beside this one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api;
mod ledger;
mod plan;
mod process;
mod runtime;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let what = arguments.next_if(|first| first.parse::<u64>().is_err());
    let mut number = |default: u64| match arguments.next() {
        Some(text) => text.parse().expect("a number"),
        None => default,
    };
    match what.as_deref() {
        Some("process") => {
            let (invocations, workers) = (number(500_000), number(1));
            process::main(
                invocations as usize,
                workers as usize,
                number(process::seed()),
            )
        }
        Some("app") => process::app::lead(),
        Some("worker") => process::app::work(),
        Some(other) => panic!("`{other}` is unknown"),
        None if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() => runtime::function::main(),
        None => runtime::main(number(1_000_000) as usize, number(1) as usize),
    }
}
