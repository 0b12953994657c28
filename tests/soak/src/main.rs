//! Invocations without end, of which some fail, over connections that break: is each answered or
//! reported exactly once, and is no memory lost?
//!
//! `cargo run --release -p soak -- [INVOCATIONS] [WORKERS]`, by default 1,000,000 and 1.
//!
//! The program runs itself once more as the function, and is its Runtime API. One invocation in
//! a hundred panics, one in a hundred has a response whose body fails, one in ten streams, and one
//! connection in a thousand requests is reset: before the event, in the event, before the answer
//! is read, or after it is read. It prints what became of them, and fails if anything was lost,
//! taken twice, or different from what it should be, or if memory grew by more than a tenth
//! since the first 50,000.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api;
mod function;
mod ledger;
mod plan;

use std::io;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::Ledger;

fn main() -> ExitCode {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return function::main();
    }
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| match arguments.next() {
        Some(text) => text.parse().expect("a number"),
        None => default,
    };
    let (invocations, workers) = (number(1_000_000), number(1));
    let ledger = Arc::new(Ledger::new(invocations));
    let address = api::serve(Arc::clone(&ledger)).unwrap();
    let mut function = start(&address.to_string(), workers).unwrap();
    let started = Instant::now();
    let early = wait(&ledger, invocations.min(100_000) / 2, &mut function);
    let late = wait(&ledger, invocations, &mut function);
    let took = started.elapsed();
    // Whatever comes twice comes soon.
    std::thread::sleep(Duration::from_millis(200));
    let has_ended = function.try_wait().unwrap();
    let _ = function.kill();
    let _ = function.wait();

    println!("{invocations} invocations, {workers} at a time, in {took:.0?}");
    let mut problems = ledger.reconcile();
    println!("memory: {early} KiB after the first, {late} KiB after the last");
    if late > early + early / 10 {
        problems.push(format!("memory grew from {early} KiB to {late} KiB"));
    }
    if let Some(status) = has_ended {
        problems.push(format!("the function ended: {status}"));
    }
    for problem in &problems {
        println!("FAIL {problem}");
    }
    let failed = usize::from(!problems.is_empty());
    println!("{} passed, {failed} failed", 1 - failed);
    ExitCode::from(u8::from(failed > 0))
}

fn start(address: &str, workers: usize) -> io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_MAX_CONCURRENCY", workers.to_string())
        // A line for each failure.
        .stderr(Stdio::null())
        .spawn()
}

/// Waits until so many invocations are over, and says how much memory there is then, in KiB.
fn wait(ledger: &Ledger, count: usize, function: &mut Child) -> u64 {
    let mut last = (0, Instant::now());
    while ledger.over() < count {
        std::thread::sleep(Duration::from_millis(10));
        if ledger.over() > last.0 {
            last = (ledger.over(), Instant::now());
        }
        if last.1.elapsed() > Duration::from_secs(60) || function.try_wait().unwrap().is_some() {
            println!("it stands still after {} of {count}", ledger.over());
            break;
        }
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
