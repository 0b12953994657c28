//! Counts the instructions of a conversion, which do not depend on what else the machine does,
//! and holds them to the bounds in `instructions.json`. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::{env, fs, process};

use benches::cases::{self, Case};
use benches::contenders::{self, App, Input};
use benches::report;
use liftgate::Lambda;

/// Instructions of one conversion of each case, from the event to the reply.
type Counts = BTreeMap<String, u64>;

const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");
/// Events of fewer bytes are small.
const SMALL: usize = 8 << 10;
/// How far a count may be from its bound.
const TOLERANCE: f64 = 0.05;
/// So many events are converted by the shorter and the longer run.
const RUNS: [u64; 2] = [50, 250];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["convert", case, count] => convert(case, count.parse().unwrap()),
        ["--store", ..] => store(),
        _ => compare(),
    }
}

/// Runs under valgrind. Whatever is converted, as much is made to be converted, so that two runs
/// differ by conversions alone.
fn convert(name: &str, count: u64) {
    let case = small().find(|case| case.name == name).unwrap();
    let mut lambda = Lambda::new(App::default());
    for index in 0..RUNS[1] {
        let input = Input::new(&case);
        if index < count {
            black_box(contenders::liftgate(&mut lambda, input).unwrap());
        }
    }
}

fn small() -> impl Iterator<Item = Case> {
    cases::all("")
        .into_iter()
        .filter(|case| case.event.len() < SMALL)
}

fn count() -> Counts {
    let count = |case: Case| {
        let [few, many] = RUNS.map(|count| instructions(&case.name, count));
        (case.name, (many - few) / (RUNS[1] - RUNS[0]))
    };
    small().map(count).collect()
}

fn instructions(case: &str, count: u64) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args(["convert", case, &count.to_string()])
        .env_clear();
    let run = valgrind.output().unwrap_or_else(|error| {
        eprintln!("valgrind: {error}; the package `valgrind` has it");
        process::exit(2);
    });
    let log = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{log}");
    let counted = log
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    counted.unwrap().trim().parse().unwrap()
}

fn store() {
    let counts = serde_json::to_string_pretty(&count()).unwrap();
    fs::write(STORED, counts + "\n").unwrap();
}

fn compare() {
    let stored: Counts = match fs::read(Path::new(STORED)) {
        Ok(stored) => serde_json::from_slice(&stored).unwrap(),
        Err(_) => Counts::new(),
    };
    let counted = count();
    println!("Instructions of one conversion, from the event to the reply, beside the bound.\n");
    let ratio = |case: &String, now: u64| Some(now as f64 / *stored.get(case)? as f64);
    let lines = counted.iter().map(|(case, now)| {
        vec![
            case.clone(),
            now.to_string(),
            report::or_dash(stored.get(case).map(u64::to_string)),
            report::or_dash(ratio(case, *now).map(|ratio| format!("{ratio:.3}"))),
        ]
    });
    report::print_table(&["case", "instructions", "bound", "ratio"], lines);
    let is_off = |(case, now): (&String, &u64)| {
        ratio(case, *now).is_none_or(|ratio| (ratio - 1.0).abs() > TOLERANCE)
    };
    let off = counted.iter().filter(|count| is_off(*count)).count();
    println!("\n{} passed, {off} failed", counted.len() - off);
    if off > 0 {
        eprintln!("a bound that was meant to move is stored anew by the argument `--store`");
        process::exit(1);
    }
}
