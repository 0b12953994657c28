//! Reports for people.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style};
use liftgate::local::{Exchange, Gateway};

use super::look::{Look, STRONG};
use super::time;
use crate::bench::units::size;
use crate::environments::{End, Program, Report};

const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const ELSEWHERE: Style = AnsiColor::Cyan.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// How much of an id a terminal shows.
const SHORT_ID: usize = 8;

pub(super) fn listening(look: Look, url: &str, gateway: &Gateway, program: &Program) -> Vec<u8> {
    let mut out = Vec::new();
    look.paint(STRONG, url.as_bytes(), &mut out);
    let mode = if gateway.is_streaming() {
        ", streaming"
    } else {
        ""
    };
    let (gateway, program) = (gateway.kind().title(), program.title());
    let text = format!(" is `{program}` behind a local {gateway}{mode}; Ctrl-C ends it\n");
    out.extend_from_slice(text.as_bytes());
    out
}

pub(super) fn exchange(look: Look, exchange: &Exchange) -> Vec<u8> {
    let mut out = Vec::new();
    look.paint(STRONG, exchange.method.as_str().as_bytes(), &mut out);
    out.extend_from_slice(format!(" {} ", exchange.uri).as_bytes());
    let style = match exchange.status.as_u16() {
        ..300 => GOOD,
        300..400 => ELSEWHERE,
        400..500 => DOUBTFUL,
        500.. => BAD,
    };
    look.paint(style, exchange.status.as_str().as_bytes(), &mut out);
    out.extend_from_slice(format!(" {}", time(exchange.duration)).as_bytes());
    if let Some(start) = exchange.cold_start {
        let start = format!(" (init {})", time(start));
        look.paint(ELSEWHERE, start.as_bytes(), &mut out);
    }
    let (event, reply) = (size(exchange.event.len()), size(exchange.reply_len));
    let sizes = format!(" event {event} reply {reply}");
    look.paint(FAINT, sizes.as_bytes(), &mut out);
    out.push(b'\n');
    for warning in &exchange.warnings {
        indented(look, DOUBTFUL, "warning", &warning.to_string(), &mut out);
    }
    if let Some(failure) = &exchange.failure {
        indented(look, BAD, "error", &failure.to_string(), &mut out);
    }
    out
}

fn indented(look: Look, style: Style, what: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"  ");
    look.paint(style, format!("{what}:").as_bytes(), out);
    let text = text.trim_end().replace('\n', "\n    ");
    out.extend_from_slice(format!(" {text}\n").as_bytes());
}

pub(super) fn changed(look: Look, paths: &[PathBuf]) -> Vec<u8> {
    let shown: Vec<_> = paths
        .iter()
        .take(3)
        .map(|path| path.display().to_string())
        .collect();
    let more = match paths.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = format!(
        "{}{more} changed: new environments from here on",
        shown.join(", ")
    );
    faint(look, &text)
}

pub(super) fn report(look: Look, is_numbered: bool, report: &Report<'_>) -> Vec<u8> {
    match report {
        Report::Log {
            environment,
            request_id,
            line,
            ..
        } => {
            let id = request_id.map(|id| match look.is_terminal() {
                true => id.get(..SHORT_ID).unwrap_or(id).to_owned(),
                false => id.to_owned(),
            });
            let number = is_numbered.then(|| environment.to_string());
            let parts: Vec<_> = number.into_iter().chain(id).collect();
            let mut out = Vec::with_capacity(line.len() + 64);
            if !parts.is_empty() {
                let prefix = format!("[{}] ", parts.join(" "));
                look.paint(FAINT, prefix.as_bytes(), &mut out);
            }
            // A traceback of AWS's Python runtime is one entry of the log, and several lines.
            for (index, part) in line.split(|byte| *byte == b'\r').enumerate() {
                if index > 0 {
                    out.extend_from_slice(b"\n  ");
                }
                out.extend_from_slice(part);
            }
            out.push(b'\n');
            out
        }
        Report::Ready { environment, after } => {
            let after = time(*after);
            faint(
                look,
                &format!("environment {environment} is ready after {after}"),
            )
        }
        Report::Ended {
            end: End::Stopped, ..
        } => Vec::new(),
        Report::Ended { environment, end } => {
            let end = end.to_string();
            // The lines of the program have been shown.
            let end = end.lines().next().unwrap_or_default();
            faint(look, &format!("environment {environment} has ended: {end}"))
        }
    }
}

fn faint(look: Look, text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    look.paint(FAINT, text.as_bytes(), &mut out);
    out.push(b'\n');
    out
}
