//! Tells the time of contenders that take turns, so that what else runs on the machine
//! slows all of them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one turn of a contender is.
const TURN: Duration = Duration::from_millis(1);
/// How long the turns of one case are in all, with what is made for them.
const CASE: Duration = Duration::from_millis(3000);
const MIN_ROUNDS: usize = 15;
/// Inputs are made as many at a time as fit the first levels of cache.
const CACHED_BYTES: usize = 64 << 10;

/// Runs a number of iterations, and says how long they took.
pub type Contender<'c> = Box<dyn FnMut(usize) -> Duration + 'c>;

/// A contender whose inputs, each of about the given size, are made while no time is taken.
pub fn contender<'c, I, O>(
    input_len: usize,
    make: impl Fn() -> I + 'c,
    mut run: impl FnMut(I) -> O + 'c,
) -> Contender<'c> {
    let at_once = (CACHED_BYTES / input_len).clamp(1, 32);
    Box::new(move |iterations| {
        let mut inputs = Vec::with_capacity(at_once);
        let mut elapsed = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let count = left.min(at_once);
            inputs.extend(std::iter::repeat_with(&make).take(count));
            let start = Instant::now();
            for input in inputs.drain(..) {
                black_box(run(input));
            }
            elapsed += start.elapsed();
            left -= count;
        }
        elapsed
    })
}

/// The median time of an iteration of each contender, in nanoseconds.
pub fn race(contenders: &mut [Contender<'_>]) -> Vec<f64> {
    let turns: Vec<usize> = contenders.iter_mut().map(iterations_of_a_turn).collect();
    let mut times = vec![Vec::new(); contenders.len()];
    let start = Instant::now();
    while start.elapsed() < CASE || times[0].len() < MIN_ROUNDS {
        for ((contender, iterations), times) in contenders.iter_mut().zip(&turns).zip(&mut times) {
            let elapsed = contender(*iterations);
            times.push(elapsed.as_nanos() as f64 / *iterations as f64);
        }
    }
    times.iter().map(|times| percentile(times, 50)).collect()
}

fn iterations_of_a_turn(contender: &mut Contender<'_>) -> usize {
    let mut iterations = 1;
    while contender(iterations) < TURN {
        iterations *= 2;
    }
    iterations
}

/// The time than which so many percent are shorter; the median for 50.
///
/// # Panics
///
/// If there are no times, or so many percent would be all.
pub fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() * percent / 100]
}
