//! What was measured: a table to read, or JSON.

use liftgate_cli::bench::machine::{cpu, rustc};
use serde::{Deserialize, Serialize};

/// The allocations of one conversion.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allocations {
    /// liftgate's.
    pub liftgate: Halves,
    /// lambda_http's; `None` where it does not know the event.
    pub lambda_http: Option<Halves>,
}

/// What the halves of a conversion allocate.
#[derive(Debug, Serialize, Deserialize)]
pub struct Halves {
    /// From the event to the request.
    pub decode: Tally,
    /// From the response to the reply.
    pub encode: Tally,
}

/// How many allocations, and of how many bytes together. One that grows counts anew.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Halves {
    /// The whole conversion.
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
