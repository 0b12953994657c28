//! What became of each invocation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crate::plan::{Plan, Reset};

// The bits of an invocation's state.
const SENT: u8 = 1;
const OVER: u8 = 2;
const RESET: u8 = 4;

pub(crate) struct Ledger {
    pub(crate) plan: Arc<dyn Plan>,
    states: Vec<AtomicU8>,
    next: AtomicUsize,
    put_back: Mutex<Vec<usize>>,
    over: AtomicUsize,
    counts: Mutex<BTreeMap<&'static str, usize>>,
    problems: Mutex<Vec<String>>,
}

/// What the function said of an invocation.
#[derive(Debug)]
pub(crate) struct Told<'t> {
    pub(crate) is_response: bool,
    pub(crate) body: &'t str,
    /// The error's type, of a stream as well.
    pub(crate) error_type: Option<&'t str>,
}

impl Ledger {
    pub(crate) fn new(invocations: usize, plan: Arc<dyn Plan>) -> Self {
        Ledger {
            plan,
            // Written to, so that the memory is there from the beginning.
            states: (0..invocations).map(|_| AtomicU8::new(0)).collect(),
            next: AtomicUsize::new(0),
            put_back: Mutex::default(),
            over: AtomicUsize::new(0),
            counts: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// The number of an invocation that has not been sent.
    pub(crate) fn next(&self) -> Option<usize> {
        if let Some(number) = self.put_back.lock().unwrap().pop() {
            return Some(number);
        }
        let next = self.next.fetch_add(1, Relaxed);
        (next < self.states.len()).then_some(next)
    }

    /// Takes back one that could not be sent.
    pub(crate) fn put_back(&self, number: usize) {
        self.put_back.lock().unwrap().push(number);
    }

    /// Whether its connection has not been reset before, and will be now.
    pub(crate) fn first_reset(&self, number: usize) -> bool {
        self.states[number].fetch_or(RESET, Relaxed) & RESET == 0
    }

    /// How many invocations there are.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn over(&self) -> usize {
        self.over.load(Relaxed)
    }

    pub(crate) fn sent(&self, number: usize) {
        if self.states[number].fetch_or(SENT, Relaxed) & SENT != 0 {
            self.problem(format!("{number} was sent twice"));
        }
    }

    pub(crate) fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    /// Takes what the function says, or refuses what it has said before.
    pub(crate) fn take(&self, number: usize, told: &Told<'_>) -> bool {
        if self.states[number].fetch_or(OVER, Relaxed) & (SENT | OVER) != SENT {
            // The answer came through, and the connection was reset before we said so.
            if self.plan.reset(number) != Some(Reset::AfterAnswer) {
                self.problem(format!("{number} was told twice: {told:?}"));
            }
            self.count("told again after a reset, and refused");
            return false;
        }
        let what = self.plan.judge(number, told).unwrap_or_else(|| {
            let planned = self.plan.describe(number);
            self.problem(format!("{number}, {planned}: {told:?}"));
            "wrong"
        });
        self.count(what);
        self.over.fetch_add(1, Relaxed);
        true
    }

    pub(crate) fn problem(&self, problem: String) {
        let mut problems = self.problems.lock().unwrap();
        // Enough to tell.
        if problems.len() < 20 {
            problems.push(problem);
        }
    }

    /// Prints the counts, and tells what is wrong.
    pub(crate) fn reconcile(&self) -> Vec<String> {
        let counts = self.counts.lock().unwrap();
        let told = |what: &str| !what.starts_with("reset") && !what.starts_with("told again");
        let sum: usize = counts
            .iter()
            .filter(|(what, _)| told(what))
            .map(|(_, count)| count)
            .sum();
        for (what, count) in counts.iter() {
            println!("{count:>9} {what}");
        }
        println!("{sum:>9} in all");
        let mut problems = std::mem::take(&mut *self.problems.lock().unwrap());
        let lost = self
            .states
            .iter()
            .filter(|state| state.load(Relaxed) & OVER == 0)
            .count();
        if lost > 0 {
            problems.push(format!("{lost} were lost"));
        }
        if sum != self.states.len() {
            problems.push(format!("{sum} were told of {}", self.states.len()));
        }
        problems
    }
}
