//! Members as gateways write nearly all of them: read, or compared, without looking at what could
//! be otherwise.

use std::ops::Range;

use super::Scanner;
use super::string::plain;

/// A member whose name and value are strings without escapes.
pub(super) struct PlainPair<'a> {
    pub(super) name: &'a [u8],
    /// Where in the event the value is.
    pub(super) value: Range<usize>,
    /// Whether the value is alone in an array.
    is_array: bool,
    end: usize,
}

impl<'a> Scanner<'a> {
    /// The next member, if name and value are strings without escapes or spaces between them:
    /// `,"host":"example.com"`, or `,"host":["example.com"]`. The scanner stays where it is, and
    /// goes on by [`go_past`](Self::go_past).
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
            is_array,
            end: self.event.len() - rest.len(),
        })
    }

    /// Goes to the end of a pair.
    #[inline]
    pub(super) fn go_past(&mut self, pair: &PlainPair<'_>) {
        self.at = pair.end;
    }

    /// Skips the object that comes next if it has the members of another, in the same order and
    /// written in the same way, but each value in an array by itself; says whether it did.
    pub(super) fn skip_in_arrays(&mut self, other: Scanner<'a>) -> bool {
        let mut ahead = self.quiet();
        let is_same = ahead.is_in_arrays(other).is_some();
        if is_same {
            self.go_to(ahead.at);
        }
        is_same
    }

    fn is_in_arrays(&mut self, mut other: Scanner<'a>) -> Option<()> {
        self.pass(b'{')?;
        other.pass(b'{')?;
        let mut is_first = true;
        loop {
            while self.pass_same_pair(&mut other, is_first).is_some() {
                is_first = false;
            }
            if self.pass(b'}').is_some() {
                return other.pass(b'}');
            }
            if !std::mem::take(&mut is_first) {
                self.pass(b',')?;
                other.pass(b',')?;
            }
            self.pass_same_string(&mut other)?;
            self.pass(b':')?;
            other.pass(b':')?;
            self.pass(b'[')?;
            self.pass_same_string(&mut other)?;
            self.pass(b']')?;
        }
    }

    /// Passes over the member that comes next in both, if it is a plain pair.
    #[inline]
    fn pass_same_pair(&mut self, other: &mut Scanner<'a>, is_first: bool) -> Option<()> {
        let pair = self.plain_pair(is_first).filter(|pair| pair.is_array)?;
        let rest = other.event.get(other.at..)?;
        let rest = if is_first {
            rest
        } else {
            rest.strip_prefix(b",")?
        };
        let rest = rest.strip_prefix(b"\"")?.strip_prefix(pair.name)?;
        let value = &self.event[pair.value.clone()];
        let rest = rest.strip_prefix(b"\":\"")?.strip_prefix(value)?;
        let rest = rest.strip_prefix(b"\"")?;
        other.at = other.event.len() - rest.len();
        self.go_past(&pair);
        Some(())
    }

    /// Passes over the string that comes next in both.
    #[inline]
    fn pass_same_string(&mut self, other: &mut Scanner<'a>) -> Option<()> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at;
        self.skip_string().ok()?;
        let written = &self.event[start..self.at];
        let is_same = other.rest().starts_with(written);
        other.at += written.len();
        is_same.then_some(())
    }

    /// Passes over a byte.
    #[inline]
    fn pass(&mut self, byte: u8) -> Option<()> {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here.then_some(())
    }
}
