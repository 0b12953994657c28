//! One value of an event, found by the walk and not read yet.

use std::fmt;

use super::{Scanner, Text};
use crate::Error;

/// The event from the first byte of a value on; empty where the member is absent or null.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        match rest.first() {
            Some(b'n') => Value(&[]),
            _ => Value(rest),
        }
    }

    /// Whether the member is there, and not null.
    pub(crate) fn is_present(self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the member is absent, null, or an object without members.
    pub(crate) fn is_empty(self) -> bool {
        !self.is_present() || self.0.starts_with(b"{}")
    }

    pub(crate) fn is_string(self) -> bool {
        self.0.starts_with(b"\"")
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with(b"{")
    }

    /// Whether this is the given string, written without escapes.
    pub(crate) fn is_text(self, text: &str) -> bool {
        let rest = self.0.strip_prefix(b"\"");
        let rest = rest.and_then(|rest| rest.strip_prefix(text.as_bytes()));
        rest.is_some_and(|rest| rest.starts_with(b"\""))
    }

    /// Whether this is a string that holds the given one, both written without escapes.
    pub(crate) fn contains(self, part: &str) -> bool {
        let rest = self.0.strip_prefix(b"\"").unwrap_or_default();
        let text = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
        text.windows(part.len())
            .any(|window| window == part.as_bytes())
    }

    /// This value, or the other where this is absent.
    pub(crate) fn or(self, other: Value<'a>) -> Value<'a> {
        if self.is_present() { self } else { other }
    }

    /// Begins to read the value; `None` where it is absent.
    pub(crate) fn scan(self, event: &'a [u8]) -> Option<Scanner<'a>> {
        let at = self.offset(event);
        self.is_present().then(|| Scanner::new(event, at))
    }

    /// Reads a string; `None` where it is absent.
    #[inline]
    pub(crate) fn text(self, event: &'a [u8]) -> Result<Option<Text<'a>>, Error> {
        self.scan(event)
            .map(|mut scanner| scanner.string())
            .transpose()
    }

    /// Reads a boolean: false where it is absent.
    pub(crate) fn flag(self, event: &'a [u8]) -> Result<bool, Error> {
        match self.0 {
            [b't', ..] => Ok(true),
            [] | [b'f', ..] => Ok(false),
            _ => {
                let mut scanner = Scanner::new(event, self.offset(event));
                Err(scanner.unexpected("true or false"))
            }
        }
    }

    /// Where in the event the value begins, in bytes.
    pub(crate) fn offset(self, event: &[u8]) -> usize {
        // The value holds the rest of the event.
        event.len() - self.0.len()
    }

    #[cold]
    pub(crate) fn unexpected(self, event: &[u8], field: &str, reason: impl fmt::Display) -> Error {
        Error::invalid_event(field, self.offset(event), reason)
    }
}
