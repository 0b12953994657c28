//! Strings of the event, as bytes: a string without escapes is a slice of the event, and
//! nothing has to be UTF-8.

use std::borrow::Cow;

use bytes::Bytes;

use super::words::find_quote;

pub(crate) type Text<'a> = Cow<'a, [u8]>;

/// The text as shared bytes: a slice of the event, unless it had to be written anew.
#[inline]
pub(crate) fn shared(event: &Bytes, text: Text<'_>) -> Bytes {
    match text {
        Cow::Borrowed([]) => Bytes::new(),
        Cow::Borrowed(text) => event.slice_ref(text),
        Cow::Owned(text) => text.into(),
    }
}

/// How long an escape is that the text begins with, and what it stands for; `None` if that
/// is no escape.
pub(super) fn escape_len(text: &[u8]) -> Option<(usize, usize)> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some((2, 1)),
        b'u' => {
            let (code, len) = code_point(text)?;
            let stands_for = match code {
                0..0x80 => 1,
                0x80..0x800 => 2,
                0x800..0x1_0000 => 3,
                _ => 4,
            };
            Some((len, stands_for))
        }
        _ => None,
    }
}

/// What the inside of a string stands for; it has been skipped, and is known to take `len`
/// bytes.
pub(super) fn unescape(raw: &[u8], len: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(len);
    let mut rest = raw;
    while let Some(at) = find_quote(rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let escaped = match rest.get(1) {
            Some(b'u') => {
                let Some((code, len)) = code_point(rest) else {
                    break;
                };
                push_code_point(code, &mut text);
                rest = &rest[len..];
                continue;
            }
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(byte) => *byte,
            None => break,
        };
        text.push(escaped);
        rest = &rest[2..];
    }
    text.extend_from_slice(rest);
    text
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

fn push_code_point(code: u32, text: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(char) => text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        // A surrogate, in the form that UTF-8 would give it.
        None => text.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}
