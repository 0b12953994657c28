//! What tools count of a program: each runs it for a while, and is asked twice, so that what
//! is left is the invocations without the start.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::{Running, Scratch};
use crate::runtime_api::RuntimeApi;

/// The invocations of a short and of a long run, as callgrind counts and as strace does.
const INSTRUCTIONS: [usize; 2] = [200, 1200];
const SYSCALLS: [usize; 2] = [20, 120];

/// Instructions of one invocation, as callgrind counts them: those outside the kernel. `None`
/// where there is no valgrind.
pub fn instructions(program: &Path, event: &str, variables: &[(&str, &str)]) -> Option<f64> {
    if !is_there("valgrind", "--version") {
        return None;
    }
    let count = |invocations| {
        let scratch = Scratch::new();
        let counts = scratch.file("counts");
        let line = [
            "valgrind".into(),
            "--tool=callgrind".into(),
            option("--callgrind-out-file=", &counts),
            option("--log-file=", &scratch.file("log")),
            program.into(),
        ];
        run(&line, variables, RuntimeApi::start(event), invocations);
        let counts = fs::read_to_string(counts).unwrap();
        let total = counts
            .lines()
            .find_map(|line| line.strip_prefix("totals: "));
        total.unwrap().parse::<f64>().unwrap()
    };
    let [few, many] = INSTRUCTIONS;
    Some((count(many) - count(few)) / (many - few) as f64)
}

/// System calls of one invocation, by name. `None` where strace is not there, or may not trace.
///
/// A program that is traced is slow, and would find answers there for which it waits otherwise;
/// so the Runtime API is slower still.
pub fn syscalls(
    program: &Path,
    event: &str,
    variables: &[(&str, &str)],
) -> Option<BTreeMap<String, f64>> {
    if !is_there("strace", "--version") || !is_there("strace", "true") {
        return None;
    }
    let [few, mut counts] = SYSCALLS.map(|invocations| {
        let scratch = Scratch::new();
        let counts = scratch.file("counts");
        let line: [&OsStr; 6] = [
            "strace".as_ref(),
            // Or it would not end when it is asked to.
            "-I2".as_ref(),
            "-fc".as_ref(),
            "-o".as_ref(),
            counts.as_ref(),
            program.as_ref(),
        ];
        run(&line, variables, RuntimeApi::start_slow(event), invocations);
        let table = fs::read_to_string(counts).unwrap();
        table.lines().filter_map(row).collect::<BTreeMap<_, _>>()
    });
    let [fewer, more] = SYSCALLS;
    for (name, count) in &mut counts {
        *count = (*count - few.get(name).unwrap_or(&0.0)) / (more - fewer) as f64;
    }
    // What is left of the start differs by a call or two.
    counts.retain(|_, count| *count >= 0.05);
    Some(counts)
}

/// A row of strace's table: share, seconds, microseconds of a call, calls, errors if there
/// were any, and the name.
fn row(line: &str) -> Option<(String, f64)> {
    let cells: Vec<_> = line.split_whitespace().collect();
    let (name, count) = (cells.last()?, cells.get(3)?.parse().ok()?);
    (*name != "total").then(|| (name.to_string(), count))
}

fn run(
    line: &[impl AsRef<OsStr>],
    variables: &[(&str, &str)],
    api: RuntimeApi,
    invocations: usize,
) {
    let running = Running::start_with(line, &api, variables);
    api.invoke(invocations);
    running.end();
}

fn is_there(tool: &str, argument: &str) -> bool {
    let run = Command::new(tool).arg(argument).output();
    run.is_ok_and(|run| run.status.success())
}

fn option(name: &str, file: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(file);
    option
}
