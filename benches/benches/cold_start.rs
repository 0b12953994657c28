//! Measures how large a program that says hello is, and how long it takes to ask for its first
//! invocation. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use benches::programs::{self, FLOOR, Program, Running, Scratch};
use benches::report::{self, or_dash};
use benches::runtime_api::RuntimeApi;
use benches::stopwatch::percentile;
use serde::Serialize;

const STARTS: usize = 200;

/// One program in one profile.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    profile: &'static str,
    /// Without symbols.
    bytes: u64,
    crates: usize,
    /// From before the program is started until it has asked for an invocation.
    start_ns: Spread,
    /// In how many rounds it asked sooner than lambda_http's program.
    sooner: Option<usize>,
    /// The CPU time until then, in the kernel too.
    cpu_ns: Option<f64>,
}

#[derive(Serialize)]
struct Spread {
    p10: f64,
    median: f64,
    p90: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let programs = programs::named(&arguments);
    let scratch = Scratch::new();
    let mut rows = Vec::new();
    for profile in ["release", "deploy"] {
        let paths: Vec<_> = programs
            .iter()
            .map(|program| stripped(program, profile, &scratch))
            .collect();
        let api = RuntimeApi::start("{}");
        let mut starts: Vec<Starts> = programs.iter().map(|_| Starts::default()).collect();
        for round in 0..STARTS {
            let mut turns: Vec<_> = paths.iter().zip(&mut starts).collect();
            // Nobody always follows the same program.
            if round % 2 == 1 {
                turns.reverse();
            }
            for (path, starts) in turns {
                starts.add(path, &api);
            }
        }
        for ((program, path), own) in programs.iter().zip(&paths).zip(&starts) {
            let Starts { wall_ns, cpu_ns } = own;
            let rival = programs.iter().position(|it| it.name == program.rival);
            let rival = rival.filter(|_| program.name != program.rival);
            rows.push(Row {
                name: program.name,
                profile,
                bytes: fs::metadata(path).unwrap().len(),
                crates: program.crates(),
                start_ns: Spread {
                    p10: percentile(wall_ns, 10),
                    median: percentile(wall_ns, 50),
                    p90: percentile(wall_ns, 90),
                },
                sooner: rival.map(|rival| own.sooner_than(&starts[rival])),
                cpu_ns: (cpu_ns.len() == STARTS).then(|| percentile(cpu_ns, 50)),
            });
        }
    }
    if arguments.iter().any(|argument| argument == "--json") {
        report::print_json(&rows);
    } else {
        print_table(&programs, &rows);
    }
}

/// A copy of the program without symbols.
fn stripped(program: &Program, profile: &str, scratch: &Scratch) -> PathBuf {
    let built = program.build(profile);
    let copy = scratch.file(format!("{}-{profile}", program.package));
    let mut strip = Command::new("strip");
    let stripped = strip.arg("-o").arg(&copy).arg(&built).status().unwrap();
    assert!(stripped.success(), "{strip:?}: {stripped}");
    copy
}

#[derive(Default)]
struct Starts {
    wall_ns: Vec<f64>,
    cpu_ns: Vec<f64>,
}

impl Starts {
    fn add(&mut self, program: &Path, api: &RuntimeApi) {
        let started = Instant::now();
        let running = Running::start(&[program], api);
        let asked = api.idle();
        self.wall_ns.push((asked - started).as_nanos() as f64);
        // Linux counts when the program has gone to sleep.
        sleep(Duration::from_millis(1));
        self.cpu_ns
            .extend(running.cpu_ns().map(|nanos| nanos as f64));
        drop(running);
        api.reset();
    }

    /// In how many rounds it was.
    fn sooner_than(&self, other: &Starts) -> usize {
        let rounds = self.wall_ns.iter().zip(&other.wall_ns);
        rounds.filter(|(own, other)| own < other).count()
    }
}

fn print_table(programs: &[Program], rows: &[Row]) {
    report::print_machine();
    println!("Programs that say hello: their size without symbols, in KiB; the crates they are");
    println!("made of; milliseconds from before the start until they ask for an invocation, by");
    println!("tenth percentile, median and ninetieth, and of CPU time. `release` is cargo's own");
    println!("profile, `deploy` has LTO and one codegen unit. Then size, start and CPU time over");
    println!("the floor's, and over lambda_http's; and in how many of the {STARTS} rounds, in");
    println!("which each program starts once, it asked sooner than lambda_http's.\n");
    let head = [
        "program",
        "profile",
        "size",
        "crates",
        "p10",
        "start",
        "p90",
        "CPU",
        "size/floor",
        "start",
        "CPU",
        "size/lambda_http",
        "start",
        "CPU",
        "sooner",
    ];
    let millis = |nanos: f64| format!("{:.2}", nanos / 1e6);
    let lines = programs.iter().cycle().zip(rows).map(|(program, row)| {
        let mut cells = vec![
            row.name.to_owned(),
            row.profile.to_owned(),
            format!("{:.0}", row.bytes as f64 / 1024.0),
            row.crates.to_string(),
            millis(row.start_ns.p10),
            millis(row.start_ns.median),
            millis(row.start_ns.p90),
            or_dash(row.cpu_ns.map(millis)),
        ];
        for name in [FLOOR, program.rival] {
            let is_it = |other: &&Row| other.name == name && other.profile == row.profile;
            let other = rows.iter().find(is_it);
            let ratio = |of: fn(&Row) -> Option<f64>| {
                let ratio = of(row).zip(other.and_then(of));
                or_dash(ratio.map(|(ours, theirs)| format!("{:.2}", ours / theirs)))
            };
            cells.push(ratio(|row| Some(row.bytes as f64)));
            cells.push(ratio(|row| Some(row.start_ns.median)));
            cells.push(ratio(|row| row.cpu_ns));
        }
        cells.push(or_dash(row.sooner.map(|rounds| rounds.to_string())));
        cells
    });
    report::print_table(&head, lines);
}
