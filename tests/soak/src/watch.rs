//! What a program holds, and whether it goes on.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;

/// What a program holds at a moment.
pub(crate) struct Usage {
    /// Memory, in KiB.
    pub(crate) memory: u64,
    pub(crate) threads: u64,
    /// Open file descriptors.
    pub(crate) files: u64,
}

impl Usage {
    fn of(id: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            number.and_then(|number| number.parse().ok())
        };
        let files = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
        Usage {
            memory: number("VmRSS").unwrap_or_default(),
            threads: number("Threads").unwrap_or_default(),
            files: files as u64,
        }
    }
}

/// Waits until so many invocations are over, and says what the program holds then.
pub(crate) fn wait(ledger: &Ledger, count: usize, program: &mut Child) -> Usage {
    let mut last = (0, Instant::now());
    while ledger.over() < count {
        std::thread::sleep(Duration::from_millis(10));
        if ledger.over() > last.0 {
            last = (ledger.over(), Instant::now());
        }
        if last.1.elapsed() > Duration::from_secs(60) || program.try_wait().unwrap().is_some() {
            println!("it stands still after {} of {count}", ledger.over());
            break;
        }
    }
    Usage::of(program.id())
}

/// Prints what is wrong, and how many soaks have passed.
pub(crate) fn conclude(problems: &[String]) -> std::process::ExitCode {
    for problem in problems {
        println!("FAIL {problem}");
    }
    let failed = u8::from(!problems.is_empty());
    println!("{} passed, {failed} failed", 1 - failed);
    std::process::ExitCode::from(failed)
}
