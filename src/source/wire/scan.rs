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
    event: &'a [u8],
    at: usize,
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

    /// Skips a value.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        let mut nesting = Nesting::default();
        loop {
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(open @ (b'{' | b'[')) => {
                    self.at += 1;
                    nesting.push(open == b'{');
                    let mut is_first = true;
                    if self.enter_next(&mut nesting, &mut is_first)? {
                        continue;
                    }
                }
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(_) => return Err(self.not_here("a value")),
                None => return Err(self.ends()),
            }
            // A value has ended, and with it maybe those that hold it.
            loop {
                if nesting.is_empty() {
                    return Ok(());
                }
                let mut is_first = false;
                if self.enter_next(&mut nesting, &mut is_first)? {
                    break;
                }
            }
        }
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
    fn not_here(&self, expected: &str) -> Error {
        match self.event.get(self.at) {
            Some(_) => self.fault(self.at, format_args!("not JSON: expected {expected}")),
            None => self.ends(),
        }
    }

    #[cold]
    fn ends(&self) -> Error {
        self.fault(self.event.len(), "not JSON: it ends too early")
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.event.get(self.at) {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
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
    fn next(&mut self, close: u8, is_first: &mut bool) -> Result<bool, Error> {
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

    /// Goes to the next value of the innermost object or array; leaves that at its end.
    fn enter_next(&mut self, nesting: &mut Nesting, is_first: &mut bool) -> Result<bool, Error> {
        let has_next = if nesting.is_object() {
            self.member_over(is_first)?
        } else {
            self.next(b']', is_first)?
        };
        if !has_next {
            nesting.pop();
        }
        Ok(has_next)
    }

    /// As `member`, without reading the key.
    fn member_over(&mut self, is_first: &mut bool) -> Result<bool, Error> {
        if !self.next(b'}', is_first)? {
            return Ok(false);
        }
        if self.peek() != Some(b'"') {
            return Err(self.not_here("a key"));
        }
        self.skip_string()?;
        if self.peek() != Some(b':') {
            return Err(self.not_here("a colon"));
        }
        self.at += 1;
        Ok(true)
    }

    /// Skips a string that begins here.
    #[inline]
    fn skip_string(&mut self) -> Result<(), Error> {
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
    fn literal(&mut self, literal: &str) -> Result<(), Error> {
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

    /// Skips a number: an integer, then maybe a fraction and an exponent.
    fn number(&mut self) -> Result<(), Error> {
        let start = self.at;
        let rest = &self.event[start..];
        let digits = |at: usize| {
            rest[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let mut at = usize::from(rest[0] == b'-');
        let integer = digits(at);
        let mut is_number = integer == 1 || integer > 1 && rest[at] != b'0';
        at += integer;
        if rest.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            is_number &= fraction > 0;
            at += 1 + fraction;
        }
        if let Some(b'e' | b'E') = rest.get(at) {
            at += 1 + usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at);
            is_number &= exponent > 0;
            at += exponent;
        }
        if !is_number && at == rest.len() {
            return Err(self.ends());
        }
        if !is_number {
            return Err(self.fault(start, "not JSON: no such number"));
        }
        self.at = start + at;
        Ok(())
    }
}

/// Whether the digits of an escape end with the event.
fn is_cut_short(digits: &[u8]) -> bool {
    digits.len() < 4 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// What holds the value being skipped: a bit for each level, set for an object.
#[derive(Default)]
struct Nesting {
    inner: u64,
    depth: u32,
    outer: Vec<u64>,
}

impl Nesting {
    fn is_empty(&self) -> bool {
        self.depth == 0 && self.outer.is_empty()
    }

    fn is_object(&self) -> bool {
        self.inner & 1 == 1
    }

    fn push(&mut self, is_object: bool) {
        if self.depth == u64::BITS {
            self.outer.push(self.inner);
            self.depth = 0;
        }
        self.inner = self.inner << 1 | u64::from(is_object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.inner >>= 1;
        self.depth -= 1;
        if self.depth == 0 {
            if let Some(outer) = self.outer.pop() {
                (self.inner, self.depth) = (outer, u64::BITS);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use quickcheck::quickcheck;
    use serde::Deserialize as _;

    use super::*;

    fn skips(json: &[u8]) -> bool {
        let mut scanner = Scanner::new(json, 0);
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    fn serde_skips(json: &[u8]) -> bool {
        let mut serde = serde_json::Deserializer::from_slice(json);
        serde::de::IgnoredAny::deserialize(&mut serde).is_ok() && serde.end().is_ok()
    }

    /// JSON, or what is nearly JSON.
    fn nearly_json(seeds: &[u8]) -> Vec<u8> {
        const PIECES: &[&str] = &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"\\\"\\u00e9\\n\"",
            "\"\\ud83d\\ude00\"",
            "\"\\x\"",
            "\"\\u12\"",
            "1",
            "-0",
            "01",
            "1.5e-3",
            "1.",
            "1e",
            "-",
            "true",
            "null",
            "fals",
            " ",
            "\n",
            "\"",
            "\\",
            "{\"k\":",
            "[1,",
        ];
        let piece = |seed: &u8| PIECES[usize::from(*seed) % PIECES.len()];
        seeds.iter().map(piece).collect::<String>().into_bytes()
    }

    quickcheck! {
        fn it_skips_what_serde_json_skips(seeds: Vec<u8>) -> bool {
            let json = nearly_json(&seeds);
            skips(&json) == serde_skips(&json)
        }

        fn it_reads_the_strings_that_serde_json_writes(text: String) -> bool {
            let json = serde_json::to_vec(&text).unwrap();
            let read = Scanner::new(&json, 0).string().unwrap();
            *read == *text.as_bytes()
        }

        fn it_reads_escaped_strings(text: String) -> bool {
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{units}\"");
            let read = Scanner::new(json.as_bytes(), 0).string().unwrap();
            *read == *text.as_bytes()
        }
    }

    #[test]
    fn lone_surrogates_are_kept() {
        let read = |json: &'static str| Scanner::new(json.as_bytes(), 0).string().unwrap();
        assert_eq!(*read(r#""\ud800""#), b"\xed\xa0\x80"[..]);
        assert_eq!(
            *read(r#""\udc00\ud800x""#),
            b"\xed\xb0\x80\xed\xa0\x80x"[..]
        );
        assert_eq!(*read(r#""\ud83d\u0041""#), b"\xed\xa0\xbdA"[..]);
        assert_eq!(
            *read(r#""\ud83d\ud83d\ude00""#),
            b"\xed\xa0\xbd\xf0\x9f\x98\x80"[..]
        );
    }

    #[test]
    fn nesting_has_no_limit() {
        for open in ["[", "{\"a\":", "[{\"a\":["] {
            let close: String = open
                .chars()
                .rev()
                .filter_map(|byte| match byte {
                    '[' => Some(']'),
                    '{' => Some('}'),
                    _ => None,
                })
                .collect();
            let json = format!("{}1{}", open.repeat(1000), close.repeat(1000));
            assert!(skips(json.as_bytes()));
            assert!(!skips(&json.as_bytes()[..json.len() - 1]));
            assert!(!skips(format!("{json}]").as_bytes()));
        }
    }
}
