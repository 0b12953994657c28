//! What commands print.

pub(crate) mod json;
mod lines;
pub(crate) mod look;
mod text;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
use liftgate::local::{Exchange, Gateway};

use crate::environments::{Observe, Program, Report};
use look::Look;

/// Tells what happens while environments run, as it happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    format: Format,
    is_stdout: bool,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    /// For people.
    Text {
        look: Look,
        /// Whether there can be several environments.
        is_numbered: bool,
    },
    /// For machines: JSON, a line for each report.
    Json,
}

impl Printer {
    /// Prints for people, or JSON, on standard output.
    pub(crate) fn stdout(is_json: bool, is_numbered: bool) -> Self {
        let look = Look::of_stdout();
        let format = match is_json {
            true => Format::Json,
            false => Format::Text { look, is_numbered },
        };
        let is_stdout = true;
        Printer { format, is_stdout }
    }

    /// Prints for people on standard error, beside what a command is asked for.
    pub(crate) fn stderr() -> Self {
        let (look, is_numbered) = (Look::of_stderr(), false);
        Printer {
            format: Format::Text { look, is_numbered },
            is_stdout: false,
        }
    }

    /// Tells where the gateway listens.
    pub(crate) fn listening(&self, url: &str, gateway: &Gateway, program: &Program) {
        self.print(&match self.format {
            Format::Text { look, .. } => text::listening(look, url, gateway, program),
            Format::Json => lines::listening(url, gateway, program),
        });
    }

    /// Tells of a request that has been answered.
    pub(crate) fn exchange(&self, exchange: &Exchange) {
        self.print(&match self.format {
            Format::Text { look, .. } => text::exchange(look, exchange),
            Format::Json => lines::exchange(exchange),
        });
    }

    /// Tells of files that have changed.
    pub(crate) fn changed(&self, paths: &[PathBuf]) {
        self.print(&match self.format {
            Format::Text { look, .. } => text::changed(look, paths),
            Format::Json => lines::changed(paths),
        });
    }

    fn print(&self, line: &[u8]) {
        // Where the output is closed, there is nobody to tell.
        let _ = match self.is_stdout {
            true => io::stdout().lock().write_all(line),
            false => io::stderr().lock().write_all(line),
        };
    }
}

impl Observe for Printer {
    fn observe(&self, report: &Report<'_>) {
        self.print(&match self.format {
            Format::Text { look, is_numbered } => text::report(look, is_numbered, report),
            Format::Json => lines::report(report),
        });
    }
}

/// Says why a command does not do what it is asked for.
pub(crate) fn error(reason: &str) {
    tell("error", AnsiColor::Red, reason);
}

/// Says something beside what a command is asked for.
pub(crate) fn note(text: &str) {
    tell("note", AnsiColor::Cyan, text);
}

/// Says what is lost or changed on the way.
pub(crate) fn warning(text: &str) {
    tell("warning", AnsiColor::Yellow, text);
}

fn tell(what: &str, colour: AnsiColor, text: &str) {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    // Not by eprintln, which panics where standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{what}:{style:#} {text}");
}

/// Whether a stream is to have colours.
fn is_coloured(stream: &impl anstream::stream::RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// A time as people read it.
pub(crate) fn time(time: Duration) -> String {
    crate::bench::units::time(time.as_nanos() as f64)
}
