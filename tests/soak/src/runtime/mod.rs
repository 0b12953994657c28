//! The runtime, over connections to the Runtime API that break.
//!
//! The program runs itself once more as the function, and is its Runtime API. One invocation in
//! a hundred panics, one in a hundred has a response whose body fails, one in ten streams, and one
//! connection in a thousand requests is reset: before the event, in the event, before the answer
//! is read, or after it is read. It prints what became of them, and fails if anything was lost,
//! taken twice, or different from what it should be, or if memory grew by more than a tenth
//! since the first 50,000.

pub(crate) mod function;
mod plan;

use std::io;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::watch::{conclude, wait};

pub(crate) fn main(invocations: usize, workers: usize) -> ExitCode {
    let ledger = Arc::new(Ledger::new(invocations, Arc::new(plan::Plan)));
    let address = crate::api::serve(Arc::clone(&ledger)).unwrap();
    let mut function = start(&address.to_string(), workers).unwrap();
    let started = Instant::now();
    let early = wait(&ledger, invocations.min(100_000) / 2, &mut function).memory;
    let late = wait(&ledger, invocations, &mut function).memory;
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
    conclude(&problems)
}

fn start(address: &str, workers: usize) -> io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_MAX_CONCURRENCY", workers.to_string())
        // A line for each failure.
        .stderr(Stdio::null())
        .spawn()
}
