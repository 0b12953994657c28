//! Passes over values, without a limit on nesting.

use super::Scanner;
use crate::Error;

impl Scanner<'_> {
    /// Skips a value.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            _ => self.skip_other(),
        }
    }

    fn skip_other(&mut self) -> Result<(), Error> {
        let mut nesting = Nesting::default();
        loop {
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(b'{') => {
                    self.at += 1;
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        nesting.push(true);
                        self.skip_key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        nesting.push(false);
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
                let is_object = nesting.is_object();
                match self.peek() {
                    Some(b',') if is_object => {
                        self.at += 1;
                        if self.peek() == Some(b'}') {
                            return Err(self.not_here("a value"));
                        }
                        self.skip_key()?;
                        break;
                    }
                    Some(b',') => {
                        self.at += 1;
                        break;
                    }
                    Some(b'}') if is_object => self.at += 1,
                    Some(b']') if !is_object => self.at += 1,
                    Some(_) => return Err(self.not_here("a comma")),
                    None => return Err(self.ends()),
                }
                nesting.pop();
            }
        }
    }

    /// Skips a key and the colon after it.
    #[inline]
    fn skip_key(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b'"') {
            return Err(self.not_here("a key"));
        }
        self.skip_string()?;
        if self.peek() != Some(b':') {
            return Err(self.not_here("a colon"));
        }
        self.at += 1;
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
