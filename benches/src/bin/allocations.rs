//! Counts the allocations of each case: a program of its own, so that counting does not slow
//! what is timed. Prints a JSON array.

#![allow(clippy::unwrap_used)]

use benches::cases;
use benches::contenders::{self, App, Input};
use benches::report::{Allocations, Tally};
use liftgate::Lambda;

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let counted: Vec<Allocations> = cases::all(&filter).iter().map(count).collect();
    println!("{}", serde_json::to_string(&counted).unwrap());
}

fn count(case: &cases::Case) -> Allocations {
    let mut lambda = Lambda::new(App::default());
    let input = Input::new(case);
    let (decode, future) = tally(|| contenders::decode(&mut lambda, input));
    let (encode, reply) = tally(|| contenders::poll_now(future));
    reply.unwrap().unwrap();
    let lambda_http = case.is_known_to_lambda_http.then(|| {
        let input = Input::new(case);
        let (tally, reply) = tally(|| contenders::lambda_http(input));
        reply.unwrap();
        tally
    });
    Allocations {
        decode,
        encode,
        lambda_http,
    }
}

fn tally<O>(run: impl FnOnce() -> O) -> (Tally, O) {
    let mut output = None;
    let counted = allocation_counter::measure(|| output = Some(run()));
    let tally = Tally {
        count: counted.count_total,
        bytes: counted.bytes_total,
    };
    (tally, output.unwrap())
}
