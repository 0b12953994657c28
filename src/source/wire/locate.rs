//! From the line and column of a JSON error to the field and the byte offset.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::Error;

/// The error for JSON that begins at `start` in the event and could not be read.
#[cold]
pub(crate) fn invalid_json(event: &[u8], start: usize, error: &serde_json::Error) -> Error {
    let json = event.get(start..).unwrap_or_default();
    let lines = json.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let line_start = match error.line().checked_sub(2) {
        Some(line) => lines.map(|(at, _)| at + 1).nth(line).unwrap_or(0),
        None => 0,
    };
    // The column counts the bytes read, the one at fault among them.
    let mut at = (start + line_start + error.column().saturating_sub(1)).min(event.len());
    if error.is_eof() {
        at = event.len();
    } else if error.is_data() {
        // For a value of the wrong type, it may count those before the value only.
        let between = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':' | b',');
        at += event[at..].iter().take_while(between).count();
    }
    let text = error.to_string();
    let reason = match text.rfind(" at line ") {
        Some(end) => &text[..end],
        None => &text,
    };
    Error::invalid_event(&path_to(event, at), at, reason)
}

/// The path of the value that begins at byte `at` of the event, or holds it: `headers.host`.
pub(super) fn path_to(event: &[u8], at: usize) -> String {
    // The JSON is read up to that byte: what was entered and not left by then is the path.
    // Only the shape counts, so bytes that may not be UTF-8 are read as question marks.
    let head: Vec<u8> = event[..at.min(event.len())]
        .iter()
        .map(|byte| if byte.is_ascii() { *byte } else { b'?' })
        .collect();
    let mut path = String::new();
    let mut json = serde_json::Deserializer::from_slice(&head);
    // This fails where the head ends, and leaves the path behind.
    let _ = Trace { path: &mut path }.deserialize(&mut json);
    path
}

struct Trace<'p> {
    path: &'p mut String,
}

impl<'a> DeserializeSeed<'a> for Trace<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Trace<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let end = self.path.len();
        while let Some(key) = map.next_key::<String>()? {
            if end > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            map.next_value_seed(Trace { path: self.path })?;
            self.path.truncate(end);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let end = self.path.len();
        for index in 0_usize.. {
            self.path.push_str(&format!("[{index}]"));
            let more = seq.next_element_seed(Trace { path: self.path })?;
            self.path.truncate(end);
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
