//! Counts the allocations of each case, for the benchmark `memory`: a program of its own, since
//! its allocator is the one that counts. Prints a JSON array.

#![allow(clippy::unwrap_used)]

use benches::cases::{self, Case};
use benches::contenders::{self, App, Input};
use benches::report::{Allocations, Halves, Tally};
use liftgate::Lambda;

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let counted: Vec<Allocations> = cases::all(&filter).iter().map(count).collect();
    println!("{}", serde_json::to_string(&counted).unwrap());
}

fn count(case: &Case) -> Allocations {
    let mut lambda = Lambda::new(App::default());
    let input = Input::new(case);
    let (decode, future) = tally(|| contenders::decode(&mut lambda, input));
    let (encode, reply) = tally(|| contenders::encode(future));
    reply.unwrap();
    Allocations {
        liftgate: Halves { decode, encode },
        lambda_http: case.is_known_to_lambda_http.then(|| lambda_http(case)),
    }
}

fn lambda_http(case: &Case) -> Halves {
    let input = Input::new(case);
    let (decode, future) = tally(|| contenders::lambda_http_decode(input));
    let (encode, reply) = tally(|| contenders::lambda_http_encode(future));
    reply.unwrap();
    Halves { decode, encode }
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
