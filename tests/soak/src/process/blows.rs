//! What strikes the app and the program from outside.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::plan::Plan;
use crate::ledger::Ledger;

/// Invocations for one death, and for one stop.
const DEATHS: usize = 10_000;
const STOPS: usize = 25_000;

pub(super) struct Blows {
    thread: JoinHandle<Struck>,
    is_over: Arc<AtomicBool>,
}

/// How often.
#[derive(Default)]
pub(super) struct Struck {
    server: usize,
    worker: usize,
    group: usize,
    starting: usize,
    stops: usize,
}

impl Blows {
    pub(super) fn start(plan: Arc<Plan>, ledger: Arc<Ledger>, program: Pid) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let striker = Striker {
            plan,
            ledger,
            program,
            is_over: Arc::clone(&is_over),
            struck: Struck::default(),
        };
        let thread = thread::spawn(|| striker.run());
        Blows { thread, is_over }
    }

    pub(super) fn stop(self) -> Struck {
        self.is_over.store(true, Relaxed);
        self.thread.join().unwrap()
    }
}

struct Striker {
    plan: Arc<Plan>,
    ledger: Arc<Ledger>,
    program: Pid,
    is_over: Arc<AtomicBool>,
    struck: Struck,
}

impl Striker {
    fn run(mut self) -> Struck {
        let invocations = self.ledger.len();
        // Where in its share of the invocations each falls.
        let place = |index: usize, share: usize, what: u64| {
            let within = self.plan.draw(index as u64, what) as usize % share;
            (index * share + within, what)
        };
        let deaths = (0..invocations / DEATHS).map(|index| place(index, DEATHS, 10));
        let stops = (0..invocations / STOPS).map(|index| place(index, STOPS, 11));
        let mut blows: Vec<_> = deaths.chain(stops).collect();
        blows.sort_unstable();
        for (number, what) in blows {
            while self.ledger.over() <= number && !self.is_over.load(Relaxed) {
                sleep(Duration::from_micros(200));
            }
            let random = self.plan.draw(number as u64, 12);
            match what {
                10 => self.kill(random),
                _ => self.freeze(random),
            }
        }
        self.struck
    }

    fn kill(&mut self, random: u64) {
        let Some(server) = self.server(None) else {
            return;
        };
        self.plan.dies();
        // Those who have ended meanwhile cannot be killed.
        let _ = match (random % 3, child(server)) {
            (0, _) => {
                self.struck.group += 1;
                kill_process_group(server, Signal::KILL)
            }
            (1, Some(worker)) => {
                self.struck.worker += 1;
                kill_process(worker, Signal::KILL)
            }
            _ => {
                self.struck.server += 1;
                kill_process(server, Signal::KILL)
            }
        };
        if (random / 3).is_multiple_of(5) {
            // The next one too, while it starts.
            let Some(next) = self.server(Some(server)) else {
                return;
            };
            sleep(Duration::from_micros(random / 15 % 5000));
            self.plan.dies();
            self.struck.starting += 1;
            let _ = kill_process_group(next, Signal::KILL);
        }
    }

    fn freeze(&mut self, random: u64) {
        let Some(server) = self.server(None) else {
            return;
        };
        let all = |signal: Signal, program_first: bool| {
            for is_program in [program_first, !program_first] {
                let _ = match is_program {
                    true => kill_process(self.program, signal),
                    false => kill_process_group(server, signal),
                };
            }
        };
        all(Signal::STOP, random & 1 == 0);
        sleep(Duration::from_millis(300 + random / 4 % 600));
        all(Signal::CONT, random & 2 == 0);
        self.struck.stops += 1;
    }

    /// The app, once there is one that is not that before.
    fn server(&self, before: Option<Pid>) -> Option<Pid> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) && !self.is_over.load(Relaxed) {
            match child(self.program) {
                Some(server) if Some(server) != before => return Some(server),
                _ => sleep(Duration::from_micros(200)),
            }
        }
        None
    }
}

/// What a process has started.
pub(super) fn child(of: Pid) -> Option<Pid> {
    let path = format!("/proc/{of}/task/{of}/children");
    let children = std::fs::read_to_string(path).ok()?;
    let first = children.split_whitespace().next()?;
    Pid::from_raw(first.parse().ok()?)
}

impl fmt::Display for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Struck {
            server,
            worker,
            group,
            starting,
            stops,
        } = self;
        write!(
            f,
            "killed the server {server} times, its worker {worker}, both {group}, both while they start \
             {starting}; stopped all {stops}"
        )
    }
}
