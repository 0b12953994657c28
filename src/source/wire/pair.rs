//! Headers as gateways write nearly all of them: read, or compared, without looking at what
//! could be otherwise.

use std::ops::Range;

use super::Scanner;
use super::string::plain;

/// A member whose name and value are strings without escapes.
pub(super) struct PlainPair<'a> {
    pub(super) name: &'a [u8],
    /// Where in the event the value is.
    pub(super) value: Range<usize>,
    end: usize,
}

impl<'a> Scanner<'a> {
    /// The next member, if name and value are strings without escapes or spaces between them:
    /// `,"host":"example.com"`, or `,"host":["example.com"]`. It has not been read then, but for
    /// [`go_past`](Self::go_past).
    #[inline(always)]
    pub(super) fn plain_pair(&self, is_first: bool) -> Option<PlainPair<'a>> {
        let rest = self.event.get(self.at..)?;
        let rest = if is_first {
            rest
        } else {
            rest.strip_prefix(b",")?
        };
        let (name, rest) = plain(rest.strip_prefix(b"\"")?)?;
        let (rest, is_array) = match rest.strip_prefix(b":\"") {
            Some(rest) => (rest, false),
            None => (rest.strip_prefix(b":[\"")?, true),
        };
        let start = self.event.len() - rest.len();
        let (value, rest) = plain(rest)?;
        let rest = if is_array {
            rest.strip_prefix(b"]")?
        } else {
            rest
        };
        Some(PlainPair {
            name,
            value: start..start + value.len(),
            end: self.event.len() - rest.len(),
        })
    }

    /// Goes to the end of a pair.
    #[inline]
    pub(super) fn go_past(&mut self, pair: &PlainPair<'_>) {
        self.at = pair.end;
    }

    /// Skips the object that comes next if it has the members of another, in the same order and
    /// writing, but each value in an array by itself; says whether it did.
    pub(super) fn skip_in_arrays(&mut self, other: Scanner<'a>) -> bool {
        let end = self.end_in_arrays(other);
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    fn end_in_arrays(&self, mut other: Scanner<'a>) -> Option<usize> {
        let mut rest = self.event.get(self.at..)?.strip_prefix(b"{")?;
        other.pass(b'{')?;
        loop {
            let (name, value) = other.written_pair()?;
            rest = rest.strip_prefix(name)?.strip_prefix(b"[")?;
            rest = rest.strip_prefix(value)?.strip_prefix(b"]")?;
            if let Some(rest) = rest.strip_prefix(b"}") {
                other.pass(b'}')?;
                return Some(self.event.len() - rest.len());
            }
            rest = rest.strip_prefix(b",")?;
            other.pass(b',')?;
        }
    }

    /// The next member as it is written: the name with its colon, and the value.
    #[inline]
    fn written_pair(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (event, start) = (self.event, self.at);
        if let Some(pair) = self.plain_pair(true) {
            self.go_past(&pair);
            let value = pair.value.start - 1;
            return Some((&event[start..value], &event[value..pair.end]));
        }
        self.written_string()?;
        self.pass(b':')?;
        let value = self.at;
        self.written_string()?;
        Some((&event[start..value], &event[value..self.at]))
    }

    /// Skips a string that begins here.
    fn written_string(&mut self) -> Option<()> {
        match self.event.get(self.at) {
            Some(b'"') => self.skip_string().ok(),
            _ => None,
        }
    }

    /// Skips a byte.
    fn pass(&mut self, byte: u8) -> Option<()> {
        let is_here = self.event.get(self.at) == Some(&byte);
        self.at += usize::from(is_here);
        is_here.then_some(())
    }
}
