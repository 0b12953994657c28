//! The program `liftgate-process`, in front of an app that is killed, and that resets connections.
//!
//! The app is this program once more, as a server with a worker: it writes down each request that it
//! has read. It answers slowly, at length, in pieces, with errors; it closes kept connections at any
//! moment, and resets some before, within and after the answer. Once in 10,000 invocations it is
//! killed, by itself or with its group, and once in 25,000 it is stopped with the program for longer
//! than connections are kept. This fails if anything was lost, taken twice, or answered with what was
//! another's; if an invocation failed without a reason; if the app has read a `POST` twice; and if
//! memory grew by more than a half and a MiB for each worker, or files or threads by more than a few,
//! since the first tenth.
//!
//! What becomes of an invocation follows from the seed, the moment of a blow does not.

pub(crate) mod app;
mod blows;
mod journal;
mod plan;

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use self::blows::Blows;
use self::plan::Plan;
use crate::ledger::Ledger;
use crate::watch::{Usage, conclude, wait};

pub(crate) const SEED: &str = "SOAK_SEED";
pub(crate) const JOURNAL: &str = "SOAK_JOURNAL";

/// How long an unused connection is kept, in seconds: less than a stop takes.
const IDLE_TIMEOUT: &str = "0.25";

/// Another one each time.
pub(crate) fn seed() -> u64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    now.as_secs()
}

pub(crate) fn main(invocations: usize, workers: usize, seed: u64) -> ExitCode {
    println!("process {invocations} {workers} {seed}");
    let directory = std::env::temp_dir().join(format!("soak-{}", std::process::id()));
    fs::create_dir(&directory).unwrap();
    let plan = Arc::new(Plan::new(seed, invocations, workers));
    let ledger = Arc::new(Ledger::new(invocations, Arc::clone(&plan) as _));
    let address = crate::api::serve(Arc::clone(&ledger)).unwrap();
    let mut program = start(&address.to_string(), workers, seed, &directory).unwrap();
    let started = Instant::now();
    let blows = Blows::start(Arc::clone(&plan), Arc::clone(&ledger), id(&program));
    let early = wait(&ledger, invocations / 10, &mut program);
    let late = wait(&ledger, invocations, &mut program);
    let took = started.elapsed();
    let struck = blows.stop();
    // Whatever comes twice comes soon.
    sleep(Duration::from_millis(200));

    let mut problems: Vec<_> = end(&mut program).err().into_iter().collect();
    problems.extend(ledger.reconcile());
    problems.extend(journal::compare(&directory.join("journal"), &ledger, &plan));
    problems.extend(growth(&early, &late, workers as u64));
    println!(
        "{invocations} invocations, {workers} at a time, in {took:.0?}, seed {seed}: {struck}; {} to {} \
         KiB, {} to {} threads, {} to {} files",
        early.memory, late.memory, early.threads, late.threads, early.files, late.files
    );
    if problems.is_empty() {
        fs::remove_dir_all(&directory).unwrap();
    } else {
        println!("the log is {}", directory.join("log").display());
    }
    conclude(&problems)
}

fn start(api: &str, workers: usize, seed: u64, directory: &Path) -> io::Result<Child> {
    let soak = std::env::current_exe()?;
    let program = soak.with_file_name("liftgate-process");
    // Free again at once, and for the app.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let started = Command::new(&program)
        .arg("--")
        .arg(&soak)
        .arg("app")
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "soak")
        .env("AWS_LAMBDA_MAX_CONCURRENCY", workers.to_string())
        // Else there is a line for each invocation.
        .env("AWS_LAMBDA_LOG_LEVEL", "WARN")
        .env("PORT", port.to_string())
        .env("AWS_LWA_INVOKE_MODE", "response_stream")
        .env("AWS_LWA_ERROR_STATUS_CODES", "500-599")
        .env("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", IDLE_TIMEOUT)
        .env("LIFTGATE_RESTART_LIMIT", "0")
        .env(SEED, seed.to_string())
        .env(JOURNAL, directory.join("journal"))
        .stderr(File::create(directory.join("log"))?)
        .spawn();
    started.map_err(|error| {
        let program = program.display();
        let hint = "`cargo build --release -p liftgate-process` builds it";
        io::Error::other(format!("{program}: {error}: {hint}"))
    })
}

fn id(program: &Child) -> Pid {
    Pid::from_child(program)
}

/// Ends the program as Lambda does, and with it the app.
fn end(program: &mut Child) -> Result<(), String> {
    let server = blows::child(id(program));
    let worker = server.and_then(blows::child);
    let _ = kill_process(id(program), Signal::TERM);
    let begun = Instant::now();
    while program.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(10) {
            program.kill().unwrap();
            return Err("it does not end".to_owned());
        }
        sleep(Duration::from_millis(1));
    }
    let status = program.wait().unwrap();
    if !status.success() {
        return Err(format!("it ended: {status}"));
    }
    // Who was killed is gone a little later.
    sleep(Duration::from_millis(100));
    let is_there = |pid: Pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        // Whoever has inherited it may not have asked what became of it.
        status.contains("State:") && !status.contains("State:\tZ")
    };
    match [server, worker].into_iter().flatten().any(is_there) {
        true => Err("the app is still there".to_owned()),
        false => Ok(()),
    }
}

fn growth(early: &Usage, late: &Usage, workers: u64) -> Vec<String> {
    // Connections to the app and to the Runtime API come and go.
    let few = 2 * workers + 4;
    let limits = [
        (
            "memory in KiB",
            early.memory,
            late.memory,
            early.memory / 2 + 1024 * workers,
        ),
        ("threads", early.threads, late.threads, 2),
        ("files", early.files, late.files, few),
    ];
    let grown = limits
        .iter()
        .filter(|(_, early, late, more)| *late > early + more);
    grown
        .map(|(what, early, late, _)| format!("{what} grew from {early} to {late}"))
        .collect()
}
