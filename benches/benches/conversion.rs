//! Times the conversion of events to replies. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use benches::cases::{self, Case};
use benches::check;
use benches::contenders::{self, App, Input};
use benches::report::{self, Allocations, Row};
use benches::stopwatch::{contender, race};
use liftgate::Lambda;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let filter = filter.map_or("", String::as_str);
    let cases = cases::all(filter);
    if cases.is_empty() {
        let all = cases::all("");
        let names: Vec<_> = all.iter().map(|case| case.name).collect();
        eprintln!(
            "no event has `{filter}` in its name; there are {}",
            names.join(", ")
        );
        std::process::exit(2);
    }
    let rows: Vec<Row> = cases
        .iter()
        .zip(allocations(filter))
        .map(|(case, allocations)| row(case, allocations))
        .collect();
    if arguments.iter().any(|argument| argument == "--json") {
        report::print_json(&rows);
    } else {
        report::print_tables(&rows);
    }
}

fn allocations(filter: &str) -> Vec<Allocations> {
    let counter = env!("CARGO_BIN_EXE_allocations");
    let run = Command::new(counter).arg(filter).output().unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    serde_json::from_slice(&run.stdout).unwrap()
}

fn row(case: &Case, allocations: Allocations) -> Row {
    check::replies(case);
    let len = case.event.len();
    let mut lambda = Lambda::new(App::default());
    let make = || Input::new(case);
    let mut contenders = vec![
        contender(len, make, |input| contenders::liftgate(&mut lambda, input)),
        contender(len, || case.event.clone().into(), contenders::scan),
    ];
    if case.is_known_to_lambda_http {
        contenders.push(contender(len, make, contenders::lambda_http));
    }
    let times = race(&mut contenders);
    Row {
        name: case.name,
        source: case.source,
        event_bytes: len,
        liftgate_ns: times[0],
        lambda_http_ns: times.get(2).copied(),
        scan_ns: times[1],
        allocations,
    }
}
