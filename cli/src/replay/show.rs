//! What came of a replay, for people or as JSON.

use std::io::{self, Write as _};

use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::difference::Difference;
use crate::output::look::{Look, STRONG};

const LESS: Style = AnsiColor::Red.on_default();
const MORE: Style = AnsiColor::Green.on_default();

/// A value that is longer is cut, for people.
const MAX_VALUE: usize = 300;

/// Prints, and counts.
#[derive(Debug)]
pub(super) struct Show {
    look: Look,
    is_json: bool,
    all: usize,
    different: usize,
}

impl Show {
    pub(super) fn new(is_json: bool) -> Self {
        Show {
            look: Look::of_stdout(),
            is_json,
            all: 0,
            different: 0,
        }
    }

    /// Prints what came of one event.
    pub(super) fn replayed(&mut self, file: &str, differences: &[Difference]) {
        self.all += 1;
        self.different += usize::from(!differences.is_empty());
        print(&match self.is_json {
            true => json_line(file, differences),
            false => self.text(file, differences),
        });
    }

    /// Prints the sum. Tells whether all was the same.
    pub(super) fn end(self) -> bool {
        let (all, different) = (self.all, self.different);
        print(&match self.is_json {
            true => line(&json!({"type": "end", "replayed": all, "different": different})),
            false => format!("{all} replayed, {different} different\n").into_bytes(),
        });
        different == 0
    }

    fn text(&self, file: &str, differences: &[Difference]) -> Vec<u8> {
        let mut out = Vec::new();
        let (style, outcome) = match differences {
            [] => (MORE, "same"),
            _ => (LESS, "different"),
        };
        out.extend_from_slice(format!("{file} ").as_bytes());
        self.look.paint(style, outcome.as_bytes(), &mut out);
        out.push(b'\n');
        for difference in differences {
            self.difference(difference, &mut out);
        }
        out
    }

    fn difference(&self, difference: &Difference, out: &mut Vec<u8>) {
        let path = match difference.path.as_str() {
            "" => "/",
            path => path,
        };
        out.extend_from_slice(b"  ");
        self.look.paint(STRONG, path.as_bytes(), out);
        match (&difference.recorded, &difference.replayed) {
            (Some(Value::String(recorded)), Some(Value::String(replayed)))
                if recorded.contains('\n') || replayed.contains('\n') =>
            {
                out.push(b'\n');
                self.lines(recorded, replayed, out);
            }
            (recorded, replayed) => {
                out.extend_from_slice(b": ");
                self.look
                    .paint(LESS, value(recorded.as_ref()).as_bytes(), out);
                out.extend_from_slice(b" -> ");
                self.look
                    .paint(MORE, value(replayed.as_ref()).as_bytes(), out);
                out.push(b'\n');
            }
        }
    }

    /// Two texts, line by line, with what stands around their differences.
    fn lines(&self, recorded: &str, replayed: &str, out: &mut Vec<u8>) {
        let diff = TextDiff::from_lines(recorded, replayed);
        for group in diff.grouped_ops(1) {
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let (style, sign) = match change.tag() {
                    ChangeTag::Delete => (LESS, '-'),
                    ChangeTag::Insert => (MORE, '+'),
                    ChangeTag::Equal => (Style::new(), ' '),
                };
                let text = change.value();
                let text = format!("    {sign}{}", text.trim_end_matches(['\r', '\n']));
                self.look.paint(style, text.as_bytes(), out);
                out.push(b'\n');
            }
        }
    }
}

fn value(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn json_line(file: &str, differences: &[Difference]) -> Vec<u8> {
    let shown = differences.iter().map(
        |that| json!({"path": that.path, "recorded": that.recorded, "replayed": that.replayed}),
    );
    let shown: Vec<_> = shown.collect();
    let is_same = differences.is_empty();
    line(&json!({"type": "replay", "file": file, "same": is_same, "differences": shown}))
}

fn line(json: &Value) -> Vec<u8> {
    format!("{json}\n").into_bytes()
}

fn print(text: &[u8]) {
    // Whoever reads may have read enough; the exit code tells.
    let _ = io::stdout().lock().write_all(text);
}
