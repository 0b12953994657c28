//! Measures the CPU time of a clean build of programs that say hello. See the library of this
//! package.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;
use std::time::Instant;

use benches::programs::{self, FLOOR, LAMBDA_HTTP, LIFTGATE, Program, Scratch};
use benches::report::{self, or_dash};
use serde::Serialize;

/// What Linux counts the CPU time in, on every architecture.
const TICKS: f64 = 100.0;

/// A build of one program.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    crates: usize,
    /// Of cargo and all that it runs, in the kernel too.
    cpu_s: Option<f64>,
    wall_s: f64,
}

fn main() {
    let mut programs = programs::named(&[]);
    programs.retain(|program| [FLOOR, LIFTGATE, LAMBDA_HTTP].contains(&program.name));
    fetch(&programs[0]);
    let rows: Vec<Row> = programs.iter().map(build).collect();
    if std::env::args().any(|argument| argument == "--json") {
        report::print_json(&rows);
    } else {
        print_table(&rows);
    }
}

/// Fetches what any of the programs is made of.
fn fetch(program: &Program) {
    let mut cargo = Command::new(program.cargo("fetch").get_program());
    let fetched = cargo.args(["fetch", "--locked"]).status().unwrap();
    assert!(fetched.success(), "{cargo:?}: {fetched}");
}

fn build(program: &Program) -> Row {
    eprintln!("building {}", program.package);
    let scratch = Scratch::new();
    let mut cargo = program.cargo("build");
    cargo.args(["--quiet", "--release", "--offline", "--target-dir"]);
    cargo.arg(scratch.file("target"));
    let before = cpu_s();
    let started = Instant::now();
    let built = cargo.status().unwrap();
    let wall_s = started.elapsed().as_secs_f64();
    assert!(built.success(), "{cargo:?}: {built}");
    Row {
        name: program.name,
        crates: program.crates(),
        cpu_s: cpu_s().zip(before).map(|(after, before)| after - before),
        wall_s,
    }
}

/// The CPU time of all processes that this one has started and that have ended, and of theirs;
/// `None` where Linux does not tell.
fn cpu_s() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name, which may have anything in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let children = fields.split_whitespace().skip(13).take(2);
    let ticks: Option<Vec<f64>> = children.map(|field| field.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() / TICKS)
}

fn print_table(rows: &[Row]) {
    report::print_machine();
    println!("A clean build of a program that says hello, in release: the crates it is made of,");
    println!("seconds of CPU time of cargo and its compilers, and seconds until it is there. Then");
    println!("all three over the floor's, and over lambda_http's.\n");
    let head = [
        "program",
        "crates",
        "CPU",
        "wall",
        "crates/floor",
        "CPU",
        "wall",
        "crates/lambda_http",
        "CPU",
        "wall",
    ];
    let seconds = |seconds: f64| format!("{seconds:.1}");
    let lines = rows.iter().map(|row| {
        let mut cells = vec![
            row.name.to_owned(),
            row.crates.to_string(),
            or_dash(row.cpu_s.map(seconds)),
            seconds(row.wall_s),
        ];
        for name in [FLOOR, LAMBDA_HTTP] {
            let other = rows.iter().find(|other| other.name == name);
            let ratio = |of: fn(&Row) -> Option<f64>| {
                let ratio = of(row).zip(other.and_then(of));
                or_dash(ratio.map(|(ours, theirs)| format!("{:.2}", ours / theirs)))
            };
            cells.push(ratio(|row| Some(row.crates as f64)));
            cells.push(ratio(|row| row.cpu_s));
            cells.push(ratio(|row| Some(row.wall_s)));
        }
        cells
    });
    report::print_table(&head, lines);
}
