//! `liftgate bench`: how long events take to become requests, and responses replies.
//!
//! liftgate, lambda_http and the least that any conversion does take turns in one process, so
//! that their times can be held against each other.

pub mod cases;
mod chart;
pub mod check;
pub mod contenders;
mod files;
#[cfg(feature = "lambda-http")]
mod incumbent;
pub mod machine;
pub mod measure;
mod report;
pub mod stopwatch;
mod table;
pub(crate) mod units;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use cases::Case;
use files::Failure;
use measure::Row;
use report::Report;

/// What `liftgate bench` is asked for.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Events to measure, each in a file; of a directory, its *.json files. Without any, a
    /// built-in set
    files: Vec<PathBuf>,
    /// Measure only events with this text in their name
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    filter: String,
    /// Measure each event for this time, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2500)]
    time: u64,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Write a chart (.svg), or charts and a table (.html)
    #[arg(long, value_name = "FILE", value_parser = Report::parse)]
    report: Option<Report>,
}

/// The command as a program of its own, with the arguments after the program's name. Its exit
/// code is that of [`run`].
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    /// Measures how long events take to become requests, and responses replies
    #[derive(Parser)]
    #[command(name = "bench", no_binary_name = true)]
    struct Bench {
        #[command(flatten)]
        args: Args,
    }
    match Bench::try_parse_from(arguments) {
        Ok(bench) => run(&bench.args),
        Err(error) => {
            // Where there is nowhere to print to, the exit code tells.
            let _ = error.print();
            u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
    }
}

/// Measures, and prints what was measured. The exit code is 0; 1 if something failed; 2 if
/// nothing could be measured.
pub fn run(args: &Args) -> ExitCode {
    let (mut cases, mut failures) = match args.files.is_empty() {
        true => (cases::all(&args.filter), Vec::new()),
        false => files::read(&args.files),
    };
    failures.iter().for_each(tell);
    cases.retain(|case| case.name.contains(&args.filter));
    if cases.is_empty() && failures.is_empty() {
        let _ = writeln!(io::stderr(), "{}", none(args));
    }
    let rows = measure_all(&cases, Duration::from_millis(args.time), &mut failures);
    if rows.is_empty() {
        return ExitCode::from(2);
    }
    if let Err(error) = print(&rows, args.json) {
        // Whoever reads may have read enough.
        if error.kind() != io::ErrorKind::BrokenPipe {
            fail(&mut failures, "standard output", error.to_string());
        }
    }
    if let Some(Err(unwritten)) = args.report.as_ref().map(|report| report.write(&rows)) {
        tell(&unwritten);
        failures.push(unwritten);
    }
    match failures.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What to say if no event is left.
fn none(args: &Args) -> String {
    let filter = &args.filter;
    let names: Vec<String> = match args.files.is_empty() {
        true => cases::all("").into_iter().map(|case| case.name).collect(),
        false => return format!("error: no file has `{filter}` in its name"),
    };
    let names = names.join(", ");
    format!("error: no event has `{filter}` in its name; there are {names}")
}

fn measure_all(cases: &[Case], time: Duration, failures: &mut Vec<Failure>) -> Vec<Row> {
    // It is drawn between cases only, and not at all if standard error is no terminal.
    let progress = ProgressBar::new(cases.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}") {
        progress.set_style(style);
    }
    let mut rows = Vec::new();
    for case in cases {
        progress.set_message(case.name.clone());
        progress.tick();
        match measure::measure(case, time) {
            Ok(row) => rows.push(row),
            Err(error) => progress.suspend(|| fail(failures, &case.name, error.to_string())),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    rows
}

fn print(rows: &[Row], is_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if is_json {
        let report = json!({"cpu": machine::cpu(), "rustc": machine::rustc(), "rows": rows});
        writeln!(out, "{report:#}")?;
        return out.flush();
    }
    writeln!(out, "{}\n{}\n", machine::cpu(), machine::rustc())?;
    writeln!(out, "{}", table::text(rows))?;
    if let Some(summary) = table::summary(rows) {
        writeln!(out, "\n{summary}")?;
    }
    out.flush()
}

fn fail(failures: &mut Vec<Failure>, file: &str, reason: String) {
    let failure = Failure {
        file: file.to_owned(),
        reason,
    };
    tell(&failure);
    failures.push(failure);
}

fn tell(failure: &Failure) {
    // Not by eprintln, which panics where standard error is closed.
    let _ = writeln!(io::stderr(), "error: {failure}");
}
