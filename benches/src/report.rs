//! What was measured: a table to read, or JSON.

use std::process::Command;

use serde::{Deserialize, Serialize};

/// What was measured of one conversion.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The case.
    pub name: &'static str,
    /// The gateway.
    pub source: &'static str,
    /// The length of the event.
    pub event_bytes: usize,
    /// liftgate's time.
    pub liftgate_ns: f64,
    /// lambda_http's time; `None` where it does not know the event.
    pub lambda_http_ns: Option<f64>,
    /// The time of a bare scan of the event.
    pub scan_ns: f64,
    /// The allocations.
    pub allocations: Allocations,
}

/// The allocations of one conversion.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allocations {
    /// liftgate's, from the event to the request.
    pub decode: Tally,
    /// liftgate's, from the response to the reply.
    pub encode: Tally,
    /// lambda_http's.
    pub lambda_http: Option<Tally>,
}

/// How many allocations, and of how many bytes together. One that grows counts anew.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Allocations {
    /// liftgate's, of the whole conversion.
    pub fn both(&self) -> Tally {
        Tally {
            count: self.decode.count + self.encode.count,
            bytes: self.decode.bytes + self.encode.bytes,
        }
    }
}

/// Prints all rows as one JSON object.
pub fn print_json(rows: &[impl Serialize]) {
    let report = serde_json::json!({"cpu": cpu(), "rustc": rustc(), "rows": rows});
    println!("{report:#}");
}

/// Prints what was measured on, and with.
pub fn print_machine() {
    println!("\n{}\n{}\n", cpu(), rustc());
}

/// Prints all rows of conversions as two tables.
pub fn print_tables(rows: &[Row]) {
    print_machine();
    println!("Microseconds from the bytes of an event to the bytes of the reply: medians of");
    println!("turns. `scan` is serde_json skipping over the event; then lambda_http's time over");
    println!("liftgate's, and liftgate's over the scan's.\n");
    print_table(
        &[
            "case",
            "event bytes",
            "liftgate",
            "lambda_http",
            "scan",
            "lambda_http/liftgate",
            "liftgate/scan",
        ],
        rows.iter().map(|row| {
            let micros = |nanos: f64| format!("{:.2}", nanos / 1e3);
            let theirs = row.lambda_http_ns;
            vec![
                row.name.to_owned(),
                row.event_bytes.to_string(),
                micros(row.liftgate_ns),
                or_dash(theirs.map(micros)),
                micros(row.scan_ns),
                or_dash(theirs.map(|theirs| format!("{:.1}", theirs / row.liftgate_ns))),
                format!("{:.1}", row.liftgate_ns / row.scan_ns),
            ]
        }),
    );
    println!("\nAllocations of one conversion: how many, and bytes. liftgate's from the event to");
    println!("the request, from the response to the reply, and both; then lambda_http's both.\n");
    print_table(
        &[
            "case",
            "decode",
            "bytes",
            "encode",
            "bytes",
            "both",
            "bytes",
            "lambda_http",
            "bytes",
        ],
        rows.iter().map(|row| {
            let allocations = &row.allocations;
            let theirs = allocations.lambda_http;
            let mut cells = vec![row.name.to_owned()];
            for tally in [allocations.decode, allocations.encode, allocations.both()] {
                cells.extend([tally.count.to_string(), tally.bytes.to_string()]);
            }
            cells.push(or_dash(theirs.map(|tally| tally.count.to_string())));
            cells.push(or_dash(theirs.map(|tally| tally.bytes.to_string())));
            cells
        }),
    );
}

/// The cell of something that may not have been measured.
pub fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "-".to_owned())
}

/// Prints a table, whose first column is text.
pub fn print_table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(|cell| cell.to_string()).collect()];
    lines.extend(rows);
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max();
    let widths: Vec<usize> = (0..head.len()).filter_map(width).collect();
    for line in &lines {
        let (name, numbers) = line.split_first().unwrap();
        print!("{name:<0$}", widths[0]);
        for (cell, width) in numbers.iter().zip(&widths[1..]) {
            print!("  {cell:>width$}");
        }
        println!();
    }
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1));
    model.unwrap_or("unknown CPU").to_owned()
}

fn rustc() -> String {
    let rustc = Command::new("rustc").arg("--version").output();
    let version = rustc
        .ok()
        .and_then(|run| String::from_utf8(run.stdout).ok());
    version.map_or_else(|| "unknown rustc".to_owned(), |text| text.trim().to_owned())
}
