//! Reads JSON where it lies: one value after the other, in order, without a copy.
//!
//! It takes what RFC 8259 allows, and two things more: strings need not be UTF-8, and may
//! hold control characters. What it reads may be an event of any kind, so nesting has no limit.

use std::fmt;

use super::Text;
use super::locate::path_to;
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

    /// Goes to a byte of the event.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = at;
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
    // The walk goes through every member: by a call for each, a small event costs 4 % more.
    #[inline(always)]
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
