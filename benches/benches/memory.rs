//! Counts what a conversion allocates, and measures the most memory that programs have which
//! echo an event as large as Lambda takes. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::Command;

use benches::cases;
use benches::echo::{self, Echo};
use benches::programs::{ECHOES, FLOOR, Program};
use benches::report::{self, Allocations, Halves, Tally, or_dash};
use benches::stopwatch::percentile;
use serde::Serialize;

/// How often a program is started for each event.
const STARTS: usize = 5;
/// Bodies of more bytes are large.
const LARGE: usize = 1 << 19;

#[derive(Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
enum Row {
    Conversion(Conversion),
    Echo(Peak),
}

#[derive(Serialize)]
struct Conversion {
    name: String,
    event_bytes: usize,
    /// The body in the event.
    body_bytes: usize,
    #[serde(flatten)]
    allocations: Allocations,
}

/// The resident set of a program that echoes an event.
#[derive(Serialize)]
struct Peak {
    name: String,
    program: &'static str,
    event_bytes: usize,
    /// Before the first invocation, in bytes.
    idle: Option<f64>,
    /// The most in all, in bytes.
    peak: Option<f64>,
}

impl Peak {
    fn above_idle(&self) -> Option<f64> {
        Some(self.peak? - self.idle?)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let filter = filter.map_or("", String::as_str);
    let conversions = conversions(filter);
    let echoes: Vec<Echo> = echo::all()
        .into_iter()
        .filter(|echo| echo.name.contains(filter))
        .collect();
    let peaks = peaks(&echoes);
    if arguments.iter().any(|argument| argument == "--json") {
        let conversions = conversions.into_iter().map(Row::Conversion);
        let rows: Vec<Row> = conversions
            .chain(peaks.into_iter().map(Row::Echo))
            .collect();
        report::print_json(&rows);
        return;
    }
    report::print_machine();
    print_conversions(&conversions);
    print_bodies(&conversions);
    print_peaks(&peaks);
}

fn conversions(filter: &str) -> Vec<Conversion> {
    let counter = env!("CARGO_BIN_EXE_allocations");
    let run = Command::new(counter).arg(filter).output().unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let counted: Vec<Allocations> = serde_json::from_slice(&run.stdout).unwrap();
    let cases = cases::all(filter).into_iter();
    cases
        .zip(counted)
        .map(|(case, allocations)| Conversion {
            name: case.name,
            event_bytes: case.event.len(),
            body_bytes: case.response.body().len(),
            allocations,
        })
        .collect()
}

fn peaks(echoes: &[Echo]) -> Vec<Peak> {
    if echoes.is_empty() {
        return Vec::new();
    }
    let programs: Vec<(Program, PathBuf)> = ECHOES
        .into_iter()
        .map(|program| {
            let path = program.build("release");
            (program, path)
        })
        .collect();
    let of_program = |echo: &Echo, program: &Program, path: &PathBuf| {
        let starts = (0..STARTS).map(|_| echo.resident(path));
        let residents: Option<Vec<_>> = starts.collect();
        let median = |of: fn(&[benches::programs::Resident; 2]) -> u64| {
            let bytes: Vec<f64> = residents.as_ref()?.iter().map(|it| of(it) as f64).collect();
            Some(percentile(&bytes, 50))
        };
        Peak {
            name: echo.name.clone(),
            program: program.name,
            event_bytes: echo.event.len(),
            idle: median(|[before, _]| before.now),
            peak: median(|[_, after]| after.peak),
        }
    };
    let of_echo = |echo| {
        let peaks = programs
            .iter()
            .map(move |(program, path)| (echo, program, path));
        peaks.map(|(echo, program, path)| of_program(echo, program, path))
    };
    echoes.iter().flat_map(of_echo).collect()
}

fn print_conversions(rows: &[Conversion]) {
    println!("Allocations of one conversion: how many, and bytes. From the event to the request,");
    println!("from the response to the reply, and both; lambda_http's beside liftgate's. Then");
    println!("liftgate's of both over lambda_http's.\n");
    let head = [
        "case",
        "decode",
        "lambda_http",
        "encode",
        "lambda_http",
        "both",
        "lambda_http",
        "/lambda_http",
        "bytes",
    ];
    let tallies: [fn(&Halves) -> Tally; 3] = [|it| it.decode, |it| it.encode, Halves::both];
    let cell = |tally: Tally| format!("{} ({})", tally.count, tally.bytes);
    let lines = rows.iter().map(|row| {
        let mut cells = vec![row.name.clone()];
        for tally in tallies {
            cells.push(cell(tally(&row.allocations.liftgate)));
            cells.push(or_dash(
                row.allocations.lambda_http.as_ref().map(tally).map(cell),
            ));
        }
        let theirs = row.allocations.lambda_http.as_ref().map(Halves::both);
        let ratio = |of: fn(Tally) -> u64| {
            let ratio = |theirs| of(row.allocations.liftgate.both()) as f64 / of(theirs) as f64;
            or_dash(theirs.map(|theirs| format!("{:.2}", ratio(theirs))))
        };
        cells.extend([ratio(|it| it.count), ratio(|it| it.bytes)]);
        cells
    });
    report::print_table(&head, lines);
}

fn print_bodies(rows: &[Conversion]) {
    println!("\nBytes that are allocated from the event to the request, over the body's.\n");
    let large = rows.iter().filter(|row| row.body_bytes >= LARGE);
    let lines = large.map(|row| {
        let ratio = |halves: &Halves| {
            let bytes = halves.decode.bytes as f64;
            format!("{:.3}", bytes / row.body_bytes as f64)
        };
        let theirs = row.allocations.lambda_http.as_ref();
        vec![
            row.name.clone(),
            row.body_bytes.to_string(),
            ratio(&row.allocations.liftgate),
            or_dash(theirs.map(ratio)),
        ]
    });
    report::print_table(&["case", "body bytes", "liftgate", "lambda_http"], lines);
}

fn print_peaks(rows: &[Peak]) {
    println!("\nThe most memory that a program has which echoes an event, in KiB of its resident");
    println!("set: before the first invocation, at the peak, and from the one to the other:");
    println!("medians of {STARTS} starts. Then the last two over the floor's, and over");
    println!("lambda_http's.\n");
    let kib = |bytes: f64| format!("{:.0}", bytes / 1024.0);
    let head = [
        "event",
        "program",
        "event bytes",
        "idle",
        "peak",
        "above",
        "peak/floor",
        "above",
        "peak/lambda_http",
        "above",
    ];
    let lines = rows.iter().map(|row| {
        let mut cells = vec![
            row.name.to_owned(),
            row.program.to_owned(),
            row.event_bytes.to_string(),
            or_dash(row.idle.map(kib)),
            or_dash(row.peak.map(kib)),
            or_dash(row.above_idle().map(kib)),
        ];
        for name in [FLOOR, "lambda_http"] {
            let is_it = |other: &&Peak| other.program == name && other.name == row.name;
            let other = rows.iter().find(is_it);
            let ratio = |of: fn(&Peak) -> Option<f64>| {
                let ratio = of(row).zip(other.and_then(of));
                or_dash(ratio.map(|(ours, theirs)| format!("{:.2}", ours / theirs)))
            };
            cells.extend([ratio(|row| row.peak), ratio(Peak::above_idle)]);
        }
        cells
    });
    report::print_table(&head, lines);
}
