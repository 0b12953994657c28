//! Reads JSON where it lies: one value after the other, in order, without a copy.
//!
//! It takes what RFC 8259 allows, and two things more: strings need not be UTF-8, and may
//! hold control characters. What it reads may be an event of any kind, so nesting has no limit.

use std::fmt;

use super::Text;
use super::locate::path_to;
use super::text::{code_point, unescape, utf8_len};
use super::words::find_near;
use crate::Error;

/// A place in an event.
#[derive(Clone)]
pub(crate) struct Scanner<'a> {
    pub(super) event: &'a [u8],
    pub(super) at: usize,
    key_at: usize,
    // Whether a fault is told without its path, which takes a walk to find.
    is_quiet: bool,
}

impl<'a> Scanner<'a> {
    /// Begins at a byte of the event.
    pub(crate) fn new(event: &'a [u8], at: usize) -> Self {
        Scanner {
            event,
            at,
            key_at: at,
            is_quiet: false,
        }
    }

    /// The same place, for one who does not ask for the path to a fault.
    pub(crate) fn quiet(&self) -> Self {
        Scanner {
            is_quiet: true,
            ..self.clone()
        }
    }

    /// Goes where another scanner of the event is.
    pub(super) fn go_to(&mut self, other: &Scanner<'a>) {
        self.at = other.at;
    }

    /// Where the key begins that was read last.
    pub(super) fn key_at(&self) -> usize {
        self.key_at
    }

    /// Where the next value begins, or else where the last one ended.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The event from the next value on.
    #[inline]
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.skip_space();
        self.event.get(self.at..).unwrap_or_default()
    }

    /// Enters an object.
    #[inline]
    pub(crate) fn enter_object(&mut self, expected: &str) -> Result<(), Error> {
        self.enter(b'{', expected)
    }

    /// Enters an array.
    #[inline]
    pub(crate) fn enter_array(&mut self, expected: &str) -> Result<(), Error> {
        self.enter(b'[', expected)
    }

    /// Goes to the next member, whose value then has to be read or skipped; `None` at the
    /// object's end.
    #[inline]
    pub(crate) fn member(&mut self, is_first: &mut bool) -> Result<Option<Text<'a>>, Error> {
        if !self.next(b'}', is_first)? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.not_here("a key"));
        }
        self.key_at = self.at;
        let key = self.string_here()?;
        if self.peek() != Some(b':') {
            return Err(self.not_here("a colon"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Goes to the next element, which then has to be read or skipped; false at the array's
    /// end.
    #[inline]
    pub(crate) fn element(&mut self, is_first: &mut bool) -> Result<bool, Error> {
        self.next(b']', is_first)
    }

    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text<'a>, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        self.string_here()
    }

    /// Reads a string that begins here.
    #[inline]
    fn string_here(&mut self) -> Result<Text<'a>, Error> {
        let start = self.at + 1;
        let text = self.event.get(start..).unwrap_or_default();
        match find_near(text) {
            Some(end) if text[end] == b'"' => {
                self.at = start + end + 1;
                Ok(Text::Borrowed(&text[..end]))
            }
            Some(_) => {
                let (raw, len) = self.escaped_string()?;
                Ok(Text::Owned(unescape(raw, len)))
            }
            None => Err(self.ends()),
        }
    }

    /// Reads a string or null.
    #[inline]
    pub(crate) fn string_or_null(&mut self) -> Result<Option<Text<'a>>, Error> {
        match self.peek() {
            Some(b'n') => self.literal("null").map(|()| None),
            _ => self.string().map(Some),
        }
    }

    /// Reads a string, an array of strings, or null, each value by itself; an empty array is
    /// as good as null.
    #[inline]
    pub(crate) fn each_string(
        &mut self,
        mut take: impl FnMut(Option<Text<'a>>) -> Result<(), String>,
    ) -> Result<(), Error> {
        if self.peek() != Some(b'[') {
            let at = self.at;
            let text = self.string_or_null()?;
            return take(text).map_err(|reason| self.fault(at, reason));
        }
        self.at += 1;
        let (mut is_first, mut is_empty) = (true, true);
        while self.element(&mut is_first)? {
            is_empty = false;
            self.skip_space();
            let at = self.at;
            let text = self.string_or_null()?;
            take(text).map_err(|reason| self.fault(at, reason))?;
        }
        if is_empty {
            let at = self.at;
            take(None).map_err(|reason| self.fault(at, reason))?;
        }
        Ok(())
    }

    /// The end of the event, with nothing after its value.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(self.at, "not JSON: expected the end")),
        }
    }

    /// The error for a byte of the event.
    #[cold]
    pub(crate) fn fault(&self, at: usize, reason: impl fmt::Display) -> Error {
        let path = match self.is_quiet {
            true => String::new(),
            false => path_to(self.event, at),
        };
        Error::invalid_event(&path, at, reason)
    }

    /// The error for the value that comes next.
    #[cold]
    pub(crate) fn fault_here(&self, reason: impl fmt::Display) -> Error {
        self.fault(self.at, reason)
    }

    /// The error for the key that was read last.
    #[cold]
    pub(crate) fn fault_at_key(&self, reason: impl fmt::Display) -> Error {
        self.fault(self.key_at, reason)
    }

    /// The error for a value of another type than expected.
    #[cold]
    pub(crate) fn unexpected(&mut self, expected: &str) -> Error {
        let found = match self.peek() {
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => return self.fault(self.at, "not JSON: expected a value"),
            None => return self.ends(),
        };
        self.fault(self.at, format_args!("expected {expected}, found {found}"))
    }

    /// The error for JSON that goes on in another way than it must.
    #[cold]
    pub(super) fn not_here(&self, expected: &str) -> Error {
        match self.event.get(self.at) {
            Some(_) => self.fault(self.at, format_args!("not JSON: expected {expected}")),
            None => self.ends(),
        }
    }

    #[cold]
    pub(super) fn ends(&self) -> Error {
        self.fault(self.event.len(), "not JSON: it ends too early")
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.event.get(self.at) {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.event.get(self.at).copied()
    }

    #[inline]
    fn enter(&mut self, open: u8, expected: &str) -> Result<(), Error> {
        if self.peek() != Some(open) {
            return Err(self.unexpected(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the next member or element; false at the end of what holds them.
    #[inline]
    pub(super) fn next(&mut self, close: u8, is_first: &mut bool) -> Result<bool, Error> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if std::mem::take(is_first) => Ok(true),
            Some(b',') => {
                self.at += 1;
                match self.peek() {
                    Some(byte) if byte == close => Err(self.not_here("a value")),
                    _ => Ok(true),
                }
            }
            Some(_) => Err(self.fault(self.at, "not JSON: expected a comma")),
            None => Err(self.ends()),
        }
    }

    /// Skips a string that begins here.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<(), Error> {
        let start = self.at + 1;
        let text = self.event.get(start..).unwrap_or_default();
        match find_near(text) {
            Some(end) if text[end] == b'"' => {
                self.at = start + end + 1;
                Ok(())
            }
            Some(_) => self.escaped_string().map(drop),
            None => Err(self.ends()),
        }
    }

    /// Skips a string that begins here and has escapes: gives its inside, and the length of
    /// what it stands for.
    fn escaped_string(&mut self) -> Result<(&'a [u8], usize), Error> {
        let start = self.at + 1;
        let event = self.event;
        let (mut at, mut saved) = (start, 0);
        loop {
            let text = event.get(at..).unwrap_or_default();
            let Some(found) = find_near(text) else {
                return Err(self.ends());
            };
            at += found;
            match text[found..] {
                [b'"', ..] => {
                    self.at = at + 1;
                    return Ok((&event[start..at], at - start - saved));
                }
                [
                    _,
                    b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f',
                    ..,
                ] => {
                    at += 2;
                    saved += 1;
                }
                [_, b'u', ..] => match code_point(&text[found..]) {
                    Some((code, len)) => {
                        at += len;
                        saved += len - utf8_len(code);
                    }
                    None if is_cut_short(&text[found + 2..]) => return Err(self.ends()),
                    None => return Err(self.fault(at, "not JSON: no such escape")),
                },
                [_] | [] => return Err(self.ends()),
                _ => return Err(self.fault(at, "not JSON: no such escape")),
            }
        }
    }

    #[inline]
    pub(super) fn literal(&mut self, literal: &str) -> Result<(), Error> {
        let rest = self.event.get(self.at..).unwrap_or_default();
        if rest.len() < literal.len() && literal.as_bytes().starts_with(rest) {
            return Err(self.ends());
        }
        if !rest.starts_with(literal.as_bytes()) {
            let reason = format_args!("not JSON: expected `{literal}`");
            return Err(self.fault(self.at, reason));
        }
        self.at += literal.len();
        Ok(())
    }
}

/// Whether the digits of an escape end with the event.
fn is_cut_short(digits: &[u8]) -> bool {
    digits.len() < 4 && digits.iter().all(u8::is_ascii_hexdigit)
}
