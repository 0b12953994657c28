//! `liftgate gateways`: what each gateway changes.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use liftgate::local::{Change, Kind};

use crate::gateway::kind;

/// What to show.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// One of them; by default, all
    #[arg(value_parser = kind())]
    gateway: Option<Kind>,
}

/// Prints a table in Markdown.
pub fn run(args: &Args) -> ExitCode {
    let changes = Change::ALL.iter();
    let changes = changes.filter(|change| {
        let is_asked = |kind| change.kinds.contains(&kind);
        args.gateway.is_none_or(is_asked)
    });
    let table = Change::table_of(changes);
    // Where the output is closed, there is nobody to tell.
    let _ = std::io::stdout().write_all(table.as_bytes());
    ExitCode::SUCCESS
}
