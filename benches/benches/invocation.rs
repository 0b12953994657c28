//! Measures what an invocation costs a program that says hello. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use benches::cases;
use benches::counters::{instructions, syscalls};
use benches::programs::{self, FLOOR, LIFTGATE, LIFTGATE_ON_LAMBDA_RUNTIME, Program};
use benches::racer::Racer;
use benches::report::{self, or_dash};
use serde::Serialize;

/// How many turns a program has.
const ROUNDS: usize = 80;

/// What one invocation costs a program.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    /// In the program itself, without the kernel's.
    instructions: Option<f64>,
    /// By name.
    syscalls: Option<BTreeMap<String, f64>>,
    /// In the program and in the kernel.
    cpu_ns: Option<f64>,
    /// From the event until the program asks for another one.
    wall_ns: f64,
}

impl Row {
    /// All system calls.
    fn calls(&self) -> Option<f64> {
        Some(self.syscalls.as_ref()?.values().sum())
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let programs = programs::named(&arguments);
    let case = cases::all("get_http_api").into_iter().next().unwrap();
    let event = String::from_utf8(case.event).unwrap();
    let paths: Vec<_> = programs.iter().map(|it| it.build("release")).collect();
    let mut racers: Vec<Racer> = paths
        .iter()
        .map(|path| Racer::start(path, &event, &[]))
        .collect();
    check_replies(&programs, &racers);
    for _ in 0..ROUNDS {
        racers.iter_mut().for_each(Racer::turn);
    }
    let times: Vec<_> = racers.iter().map(Racer::times).collect();
    // They are not to run while instructions are counted.
    drop(racers);
    let mut rows = Vec::new();
    for ((program, path), (wall_ns, cpu_ns)) in programs.iter().zip(&paths).zip(times) {
        rows.push(Row {
            name: program.name,
            instructions: instructions(path, &event, &[]),
            syscalls: syscalls(path, &event, &[]),
            cpu_ns,
            wall_ns,
        });
    }
    if arguments.iter().any(|argument| argument == "--json") {
        report::print_json(&rows);
    } else {
        print_table(&programs, &rows);
    }
}

/// Panics if liftgate's replies depend on the runtime.
fn check_replies(programs: &[Program], racers: &[Racer]) {
    let reply = |name| {
        let place = programs.iter().position(|program| program.name == name)?;
        Some(racers[place].reply())
    };
    if let Some((own, other)) = reply(LIFTGATE).zip(reply(LIFTGATE_ON_LAMBDA_RUNTIME)) {
        assert_eq!(String::from_utf8(own), String::from_utf8(other));
    }
}

fn print_table(programs: &[Program], rows: &[Row]) {
    report::print_machine();
    println!("What an invocation costs a program that says hello to a browser's GET request by");
    println!("an HTTP API: instructions (outside the kernel, by callgrind), system calls (by");
    println!("strace), microseconds of CPU time (in the kernel too), and microseconds from the");
    println!("event until the program asks for another one: medians of turns. `floor` converts");
    println!("nothing. Then all four over the floor's, and over lambda_http's.\n");
    if rows.iter().any(|row| row.instructions.is_none()) {
        println!("There is no valgrind here to count instructions.\n");
    }
    if rows.iter().any(|row| row.syscalls.is_none()) {
        println!("There is no strace here that may count system calls.\n");
    }
    let of = |name| rows.iter().find(|row| row.name == name);
    let micros = |nanos: f64| format!("{:.1}", nanos / 1e3);
    let head = [
        "program",
        "instructions",
        "syscalls",
        "CPU",
        "wall",
        "/floor",
        "syscalls",
        "CPU",
        "wall",
        "/lambda_http",
        "syscalls",
        "CPU",
        "wall",
    ];
    let lines = programs.iter().zip(rows).map(|(program, row)| {
        let mut cells = vec![
            row.name.to_owned(),
            or_dash(row.instructions.map(|count| format!("{count:.0}"))),
            or_dash(row.calls().map(|count| format!("{count:.1}"))),
            or_dash(row.cpu_ns.map(micros)),
            micros(row.wall_ns),
        ];
        for other in [of(FLOOR), of(program.rival)] {
            let ratio = |of: fn(&Row) -> Option<f64>| {
                let ratio = of(row).zip(other.and_then(of));
                or_dash(ratio.map(|(ours, theirs)| format!("{:.2}", ours / theirs)))
            };
            cells.push(ratio(|row| row.instructions));
            cells.push(ratio(Row::calls));
            cells.push(ratio(|row| row.cpu_ns));
            cells.push(ratio(|row| Some(row.wall_ns)));
        }
        cells
    });
    report::print_table(&head, lines);
}
