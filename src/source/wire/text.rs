//! Strings of the event, as bytes: a string without escapes is a slice of the event, and
//! nothing has to be UTF-8.

use std::borrow::Cow;

use bytes::Bytes;

use super::words::find_near;

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

/// How many bytes a code point has in UTF-8.
pub(super) fn utf8_len(code: u32) -> usize {
    match code {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0x800..0x1_0000 => 3,
        _ => 4,
    }
}

/// What the inside of a string stands for; it has been skipped, and is known to take `len`
/// bytes.
///
/// Where there is one escape, there are more, and mostly few bytes between them.
pub(super) fn unescape(raw: &[u8], len: usize) -> Vec<u8> {
    const WORD: usize = 8;
    let mut text = vec![0; len];
    let (mut end, mut at) = (0, 0);
    while at < raw.len() {
        let rest = &raw[at..];
        let clean = find_near(rest).unwrap_or(rest.len()).min(len - end);
        match (rest.first_chunk::<WORD>(), text[end..].first_chunk_mut()) {
            // A word is copied faster than its part that counts.
            (Some(word), Some(room)) if clean <= WORD => *room = *word,
            _ => text[end..end + clean].copy_from_slice(&rest[..clean]),
        }
        at += clean;
        end += clean;
        match raw.get(at..).unwrap_or_default() {
            [b'\\', b'u', ..] => {
                let Some((code, escape_len)) = code_point(&raw[at..]) else {
                    break;
                };
                let bytes = encode(code);
                let code_len = utf8_len(code);
                text[end..end + code_len].copy_from_slice(&bytes[..code_len]);
                end += code_len;
                at += escape_len;
            }
            [b'\\', byte, ..] => {
                text[end] = match byte {
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    byte => *byte,
                };
                end += 1;
                at += 2;
            }
            _ if clean == 0 => break,
            _ => {}
        }
    }
    text
}

/// The code point of one `\uXXXX`, or of two that are a pair, and their length. A surrogate
/// without its other half is taken for itself.
pub(super) fn code_point(text: &[u8]) -> Option<(u32, usize)> {
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
