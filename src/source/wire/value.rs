//! One value of an event, found by the walk and not read yet.

use std::fmt;

use serde::de::DeserializeSeed;

use super::{Text, TextSeed, invalid_json};
use crate::Error;

/// The event from the first byte of a value on; empty where the member is absent or null.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
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

    /// Reads the value; `None` where it is absent.
    pub(crate) fn read<S: DeserializeSeed<'a>>(
        self,
        event: &'a [u8],
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.is_present() {
            return Ok(None);
        }
        let mut json = serde_json::Deserializer::from_slice(self.0);
        seed.deserialize(&mut json)
            .map(Some)
            .map_err(|error| invalid_json(event, self.offset(event), &error))
    }

    /// Reads a string; `None` where it is absent.
    pub(crate) fn text(self, event: &'a [u8]) -> Result<Option<Text<'a>>, Error> {
        self.read(event, TextSeed)
    }

    /// Reads a boolean: false where it is absent, an error where it is something else.
    pub(crate) fn flag(self) -> Result<bool, ()> {
        match self.0 {
            [b't', ..] => Ok(true),
            [] | [b'f', ..] => Ok(false),
            _ => Err(()),
        }
    }

    /// Where in the event the value begins, in bytes.
    pub(crate) fn offset(self, event: &[u8]) -> usize {
        // The value holds the rest of the event.
        event.len() - self.0.len()
    }

    pub(crate) fn unexpected(self, event: &[u8], field: &str, reason: impl fmt::Display) -> Error {
        Error::invalid_event(field, self.offset(event), reason)
    }
}
