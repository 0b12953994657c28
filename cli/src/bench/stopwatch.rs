//! Tells the time of contenders that take turns, so that what else runs on the machine
//! slows all of them alike.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one turn of a contender is.
const TURN: Duration = Duration::from_millis(1);
const MIN_ROUNDS: usize = 11;
/// Inputs are made as many at a time as fit the first levels of cache.
const CACHED_BYTES: usize = 64 << 10;

/// Runs a number of iterations, and says how long they took.
pub type Contender<'c> = Box<dyn FnMut(usize) -> Duration + 'c>;

/// A contender whose inputs, each of about the given size, are made while no time is taken. Nor
/// is it while what comes out is dropped.
pub fn contender<'c, I: 'c, O: 'c>(
    input_len: usize,
    mut make: impl FnMut() -> I + 'c,
    mut run: impl FnMut(I) -> O + 'c,
) -> Contender<'c> {
    let at_once = (CACHED_BYTES / input_len.max(1)).clamp(1, 32);
    let mut inputs = Vec::with_capacity(at_once);
    let mut outputs = Vec::with_capacity(at_once);
    Box::new(move |iterations| {
        let mut elapsed = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let count = left.min(at_once);
            inputs.extend(std::iter::repeat_with(&mut make).take(count));
            let start = Instant::now();
            for input in inputs.drain(..) {
                outputs.push(black_box(run(input)));
            }
            elapsed += start.elapsed();
            outputs.clear();
            left -= count;
        }
        elapsed
    })
}

/// The contenders of one case.
#[derive(Default)]
pub struct Race<'c> {
    contenders: Vec<Contender<'c>>,
}

/// A contender's place in a race.
#[derive(Clone, Copy, Debug)]
pub struct Lane(usize);

/// The median times of the contenders.
#[derive(Debug)]
pub struct Times(Vec<f64>);

impl<'c> Race<'c> {
    /// One more contender.
    pub fn enter(&mut self, contender: Contender<'c>) -> Lane {
        self.contenders.push(contender);
        Lane(self.contenders.len() - 1)
    }

    /// Lets the contenders take turns, for about as long as that.
    pub fn run(mut self, time: Duration) -> Times {
        let contenders = &mut self.contenders;
        let turns: Vec<usize> = contenders.iter_mut().map(iterations_of_a_turn).collect();
        let mut times = vec![Vec::new(); contenders.len()];
        let start = Instant::now();
        let mut rounds = 0;
        while start.elapsed() < time || rounds < MIN_ROUNDS {
            let lanes = contenders.iter_mut().zip(&turns).zip(&mut times);
            for ((contender, iterations), times) in lanes {
                let elapsed = contender(*iterations);
                times.push(elapsed.as_nanos() as f64 / *iterations as f64);
            }
            rounds += 1;
        }
        Times(times.iter().map(|times| percentile(times, 50)).collect())
    }
}

impl Times {
    /// The median time of an iteration, in nanoseconds.
    pub fn of(&self, lane: Lane) -> f64 {
        self.0.get(lane.0).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Debug for Race<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Race");
        debug.field("contenders", &self.contenders.len()).finish()
    }
}

fn iterations_of_a_turn(contender: &mut Contender<'_>) -> usize {
    let mut iterations = 1;
    while contender(iterations) < TURN {
        iterations *= 2;
    }
    iterations
}

/// The time than which so many percent are shorter; the median for 50. Not a number if there
/// are no times, or so many percent would be all.
pub fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let at = times.len() * percent / 100;
    times.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn each_input_is_run_once() {
        let (made, run) = (Cell::new(0), Cell::new(0));
        let make = || made.replace(made.get() + 1);
        let mut contender = contender(1000, make, |_| run.set(run.get() + 1));
        contender(100);
        assert_eq!((made.get(), run.get()), (100, 100));
    }

    #[test]
    fn contenders_take_turns() {
        let log = std::cell::RefCell::new(Vec::new());
        let contender = |name: char| -> Contender<'_> {
            let log = &log;
            Box::new(move |_| {
                log.borrow_mut().push(name);
                TURN
            })
        };
        let mut race = Race::default();
        let lanes = ['a', 'b'].map(|name| race.enter(contender(name)));
        let times = race.run(Duration::ZERO);
        assert_eq!(lanes.map(|lane| times.of(lane)), [1e6; 2]);
        // The first round finds out how many iterations a turn has.
        assert_eq!(log.into_inner(), ['a', 'b'].repeat(1 + MIN_ROUNDS));
    }

    #[test]
    fn the_median_is_a_time_that_was_taken() {
        assert_eq!(percentile(&[3.0, 1.0, 2.0], 50), 2.0);
        assert!(percentile(&[], 50).is_nan());
    }
}
