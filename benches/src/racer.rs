//! Programs that take turns: each waits while the others run, so that what else runs on the machine slows all
//! alike.

use std::path::Path;

use crate::programs::Running;
use crate::runtime_api::RuntimeApi;
use crate::stopwatch::percentile;

/// How many invocations a program has in one turn.
const TURN: usize = 300;

/// A program that takes turns with others.
#[derive(Debug)]
pub struct Racer {
    api: RuntimeApi,
    running: Running,
    wall_ns: Vec<f64>,
    cpu_ns: Vec<f64>,
}

impl Racer {
    /// Starts a program, and lets it run until it has all the memory it needs.
    pub fn start(program: &Path, event: &str, variables: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::start(event);
        let running = Running::start_with(&[program], &api, variables);
        api.invoke(TURN);
        Racer {
            api,
            running,
            wall_ns: Vec::new(),
            cpu_ns: Vec::new(),
        }
    }

    /// Lets it have its turn.
    pub fn turn(&mut self) {
        let before = self.running.cpu_ns();
        let wall = self.api.invoke(TURN);
        let cpu = self.running.cpu_ns().zip(before);
        self.wall_ns.push(wall.as_nanos() as f64 / TURN as f64);
        if let Some((after, before)) = cpu {
            self.cpu_ns.push((after - before) as f64 / TURN as f64);
        }
    }

    /// Nanoseconds of an invocation: the medians of wall time and of CPU time.
    pub fn times(&self) -> (f64, Option<f64>) {
        let is_known = self.cpu_ns.len() == self.wall_ns.len();
        let cpu_ns = is_known.then(|| percentile(&self.cpu_ns, 50));
        (percentile(&self.wall_ns, 50), cpu_ns)
    }

    /// The last reply.
    pub fn reply(&self) -> Vec<u8> {
        self.api.reply()
    }
}
