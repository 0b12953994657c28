//! The path to a byte of the event, for the error that is found there.

use super::{Scanner, Text};
use crate::Error;

/// The error for a value that begins at `start` in the event and is not of the type that was
/// asked for: serde_json tells line and column, and here are field and byte. The value's own
/// place is told where it was not read as it lies.
#[cold]
pub(crate) fn invalid_value(
    event: &[u8],
    start: usize,
    error: &serde_json::Error,
    is_as_it_lies: bool,
) -> Error {
    let text = error.to_string();
    let reason = match text.rfind(" at line ") {
        Some(end) => &text[..end],
        None => &text,
    };
    if !is_as_it_lies {
        return Error::invalid_event(&path_to(event, start), start, reason);
    }
    let json = event.get(start..).unwrap_or_default();
    let mut lines = json.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let line_start = match error.line().checked_sub(2) {
        Some(line) => lines.nth(line).map_or(0, |(at, _)| at + 1),
        None => 0,
    };
    // The column counts the bytes read, the last one of the value among them, or those before
    // the value only.
    let mut at = (start + line_start + error.column().saturating_sub(1)).min(event.len());
    let between = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':' | b',');
    at += event[at..].iter().take_while(between).count();
    Error::invalid_event(&path_to(event, at), at, reason)
}

/// How long a path is told, in bytes: a key may have any length, and nesting any depth.
const MAX_PATH: usize = 512;

/// The path of the value that begins at byte `at` of the event, or holds it: `headers.host`.
#[cold]
pub(super) fn path_to(event: &[u8], at: usize) -> String {
    let mut levels = Vec::new();
    let mut scanner = Scanner::new(event, 0).quiet();
    // This ends where the byte is found, or where the event is no more JSON.
    while descend(&mut scanner, &mut levels, at).is_some() {}
    let mut path = String::new();
    for level in levels {
        if path.len() > MAX_PATH {
            path.push_str("...");
            break;
        }
        match level {
            Level::Object { key: Some(key), .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                let key = &key[..key.len().min(MAX_PATH)];
                path.push_str(&String::from_utf8_lossy(key));
            }
            Level::Array {
                index: Some(index), ..
            } => path.push_str(&format!("[{index}]")),
            _ => {}
        }
    }
    path
}

/// What holds the value that the scanner stands at.
enum Level<'a> {
    Object {
        key: Option<Text<'a>>,
        is_first: bool,
    },
    Array {
        index: Option<usize>,
        is_first: bool,
    },
}

/// Goes over a value or into it, and to the next one; `None` if the byte is in there.
fn descend<'a>(scanner: &mut Scanner<'a>, levels: &mut Vec<Level<'a>>, at: usize) -> Option<()> {
    let next = scanner.rest().first().copied();
    if scanner.at() >= at {
        return None;
    }
    let is_first = true;
    match next {
        Some(b'{') => {
            scanner.enter_object("").ok()?;
            levels.push(Level::Object {
                key: None,
                is_first,
            });
        }
        Some(b'[') => {
            scanner.enter_array("").ok()?;
            levels.push(Level::Array {
                index: None,
                is_first,
            });
        }
        _ => {
            scanner.skip().ok()?;
            if scanner.at() > at {
                return None;
            }
        }
    }
    loop {
        let has_next = match levels.last_mut()? {
            Level::Object { key, is_first } => {
                *key = None;
                let member = scanner.member(is_first).ok()?;
                if scanner.key_at() >= at {
                    return None;
                }
                *key = member;
                key.is_some()
            }
            Level::Array { index, is_first } => {
                *index = Some(index.map_or(0, |index| index + 1));
                scanner.element(is_first).ok()?
            }
        };
        if has_next {
            return Some(());
        }
        // A fault at its end, as that a member is missing, is its own.
        if scanner.at() > at {
            if let Some(Level::Array { index, .. }) = levels.last_mut() {
                *index = None;
            }
            return None;
        }
        levels.pop();
    }
}
