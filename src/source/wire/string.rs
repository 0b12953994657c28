//! Reads strings: those without escapes as slices of the event, others in one pass.

use super::words::{WORD, byte_at, find_far_quote, find_quote, first, quotes};
use super::{Scanner, Text};
use crate::Error;

/// Room for most strings with escapes, in bytes.
const SHORT: usize = 256;

impl<'a> Scanner<'a> {
    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text<'a>, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        self.string_here()
    }

    /// Reads a string that may be most of the event, as a body is.
    pub(super) fn long_string(&mut self) -> Result<Text<'a>, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        let text = self.event.get(self.at + 1..).unwrap_or_default();
        match find_far_quote(text) {
            Some(end) if text[end] == b'"' => {
                self.at += end + 2;
                Ok(Text::Borrowed(&text[..end]))
            }
            _ => self.escaped(usize::MAX).map(Text::Owned),
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

    /// Reads a string that begins here.
    #[inline]
    pub(super) fn string_here(&mut self) -> Result<Text<'a>, Error> {
        match self.plain_here() {
            Some(text) => Ok(Text::Borrowed(text)),
            None => self.escaped(SHORT).map(Text::Owned),
        }
    }

    /// Skips a string that begins here.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<(), Error> {
        match self.plain_here() {
            Some(_) => Ok(()),
            None => self.unescape(None),
        }
    }

    /// Reads a string that begins here, if it has no escapes.
    #[inline]
    fn plain_here(&mut self) -> Option<&'a [u8]> {
        let (text, rest) = plain(self.event.get(self.at + 1..)?)?;
        self.at = self.event.len() - rest.len();
        Some(text)
    }

    fn escaped(&mut self, limit: usize) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        self.unescape(Some((&mut text, limit)))?;
        if text.capacity() - text.len() > text.len() / 4 {
            text.shrink_to_fit();
        }
        Ok(text)
    }

    /// Passes over a string that begins here, and writes what it stands for into a vector: one of
    /// few bytes gets memory for just these, and any other room for the rest of the event, up to a
    /// limit in bytes, beyond which it grows.
    #[inline(never)]
    fn unescape(&mut self, mut out: Option<(&mut Vec<u8>, usize)>) -> Result<(), Error> {
        let mut room = [0; ROOM + 2 * WORD];
        let (mut at, mut len) = (self.at + 1, 0);
        loop {
            let rest = self.event.get(at..).unwrap_or_default();
            let rest = unescape_words(rest, &mut room, &mut len);
            at = self.event.len() - rest.len();
            if len > ROOM {
                if let Some((out, limit)) = &mut out {
                    if out.capacity() == 0 {
                        out.reserve_exact(len + rest.len().min(*limit));
                    }
                }
                append(&room[..len], &mut out);
                len = 0;
                continue;
            }
            // What is left is a quote, or an escape, soon, or the event ends.
            let near = &rest[..rest.len().min(WORD)];
            let clean = near.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let clean = clean.ok_or_else(|| self.ends())?;
            room[len..len + clean].copy_from_slice(&near[..clean]);
            at += clean;
            len += clean;
            match rest[clean..] {
                [b'"', ..] => {
                    append(&room[..len], &mut out);
                    self.at = at + 1;
                    return Ok(());
                }
                [_, b'u', ..] => {
                    let (code, escape_len) = self.code_point(at)?;
                    room[len..len + 4].copy_from_slice(&encode(code));
                    len += utf8_len(code);
                    at += escape_len;
                }
                [_, byte, ..] => {
                    room[len] = ESCAPES[usize::from(byte)];
                    if room[len] == 0 {
                        return Err(self.fault(at, NO_ESCAPE));
                    }
                    len += 1;
                    at += 2;
                }
                _ => return Err(self.ends()),
            }
        }
    }

    /// The code point of an escape, and how long the escape is.
    fn code_point(&self, at: usize) -> Result<(u32, usize), Error> {
        let text = &self.event[at..];
        match code_point(text) {
            Some(found) => Ok(found),
            None if is_cut_short(&text[2..]) => Err(self.ends()),
            None => Err(self.fault(at, NO_ESCAPE)),
        }
    }
}

/// Nearly all of a string is what it stands for, and escapes of two bytes: writes that into the
/// room, and gives the rest.
#[inline]
fn unescape_words<'t>(
    text: &'t [u8],
    room: &mut [u8; ROOM + 2 * WORD],
    len: &mut usize,
) -> &'t [u8] {
    let mut rest = text;
    // A word is written whole, and what comes next over the part of it that does not count.
    while *len <= ROOM {
        let Some((word, tail)) = rest.split_first_chunk::<WORD>() else {
            break;
        };
        room[*len..*len + WORD].copy_from_slice(word);
        let marks = quotes(word);
        if marks == 0 {
            *len += WORD;
            rest = tail;
            continue;
        }
        let clean = first(marks);
        if clean == WORD - 1 {
            // What comes after it is in the next word.
            *len += clean;
            rest = &rest[clean..];
            continue;
        }
        let byte = ESCAPES[usize::from(byte_at(word, clean + 1))];
        if byte_at(word, clean) == b'"' || byte == 0 {
            break;
        }
        *len += clean;
        room[*len] = byte;
        *len += 1;
        rest = &rest[clean + 2..];
    }
    rest
}

/// How much of a string is put together before it is appended, in bytes.
const ROOM: usize = 128;

#[inline]
fn append(text: &[u8], out: &mut Option<(&mut Vec<u8>, usize)>) {
    match out {
        Some((out, _)) if out.capacity() == 0 => **out = text.to_vec(),
        Some((out, _)) => out.extend_from_slice(text),
        None => {}
    }
}

const NO_ESCAPE: &str = "not JSON: no such escape";

/// What the byte after a backslash stands for; none of them for NUL.
static ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let pairs = *b"\"\"\\\\//b\x08f\x0cn\nr\rt\t";
    let mut at = 0;
    while at < pairs.len() {
        escapes[pairs[at] as usize] = pairs[at + 1];
        at += 2;
    }
    escapes
};

/// The inside of a string without escapes, and what comes after it.
#[inline(always)]
pub(super) fn plain(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = find_quote(text)?;
    let (inside, rest) = text.split_at(end);
    Some((inside, rest.strip_prefix(b"\"")?))
}

/// Whether the digits of an escape end with the event.
fn is_cut_short(digits: &[u8]) -> bool {
    digits.len() < 4 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// How many bytes a code point has in UTF-8.
fn utf8_len(code: u32) -> usize {
    match code {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0x800..0x1_0000 => 3,
        _ => 4,
    }
}

/// The code point of one `\uXXXX`, or of two that are a pair, and their length. A surrogate
/// without its other half is taken for itself.
fn code_point(text: &[u8]) -> Option<(u32, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        digits
            .iter()
            .try_fold(0, |unit, byte| Some(unit << 4 | digit(byte)?))
    };
    let first = unit(0)?;
    match (first, unit(6)) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10 | (second - 0xdc00));
            Some((code, 12))
        }
        _ => Some((first, 6)),
    }
}

/// A code point in UTF-8; a surrogate in the form that UTF-8 would give it.
fn encode(code: u32) -> [u8; 4] {
    let mut bytes = [0; 4];
    if let Some(char) = char::from_u32(code) {
        char.encode_utf8(&mut bytes);
        return bytes;
    }
    let low = |shift: u32| 0x80 | (code >> shift & 0x3f) as u8;
    [0xe0 | (code >> 12) as u8, low(6), low(0), 0]
}

#[cfg(test)]
mod tests {
    use quickcheck::quickcheck;

    use super::*;

    quickcheck! {
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
    fn text_with_escapes_has_its_memory_once() {
        let line = "a".repeat(200) + "\\n";
        let odd = r#"\""#.repeat(136) + &"b".repeat(100) + "\\n" + &line.repeat(500);
        for text in [line.repeat(500), odd, r"\u00e9".repeat(500)] {
            let json = format!("\"{text}\"");
            let mut out = Vec::new();
            let mut scanner = Scanner::new(json.as_bytes(), 0);
            scanner.unescape(Some((&mut out, usize::MAX))).unwrap();
            let expected: String = serde_json::from_str(&json).unwrap();
            assert!(out == expected.as_bytes());
            assert!(out.capacity() <= json.len(), "{}", out.capacity());
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
}
