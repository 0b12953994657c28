//! Strings of the reply: text as the inside of a string in JSON.

use super::words::{WORD, byte_at, escapes, first, must_escape};

/// So much text is looked at together, in bytes.
const CHUNK: usize = 64;
/// So much is put together before it is appended, in bytes.
const ROOM: usize = 512;

/// Appends UTF-8 text as the inside of a string.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    let mut room = [0; ROOM];
    let mut rest = text;
    while !rest.is_empty() {
        // Most text is clean, and is copied at once: whole chunks are looked at with the widest
        // instructions there are.
        let clean = rest.chunks_exact(CHUNK).take_while(|chunk| {
            !chunk
                .iter()
                .fold(false, |bad, byte| bad | must_escape(*byte))
        });
        let (clean, tail) = rest.split_at(clean.count() * CHUNK);
        out.extend_from_slice(clean);
        rest = escape_some(tail, &mut room, out);
    }
}

/// Escapes as much text as there is room for; gives the rest.
#[inline]
fn escape_some<'t>(text: &'t [u8], room: &mut [u8; ROOM], out: &mut Vec<u8>) -> &'t [u8] {
    let (mut rest, mut len) = (text, 0);
    // A word is written whole, and what comes next over the part of it that does not count.
    while len <= ROOM - 2 * WORD {
        let Some((word, tail)) = rest.split_first_chunk::<WORD>() else {
            break;
        };
        room[len..len + WORD].copy_from_slice(word);
        let marks = escapes(word);
        if marks == 0 {
            len += WORD;
            rest = tail;
            continue;
        }
        let clean = first(marks);
        len += clean;
        let (escape, escape_len) = &ESCAPES[usize::from(byte_at(word, clean))];
        room[len..len + WORD].copy_from_slice(escape);
        len += usize::from(*escape_len);
        rest = &rest[clean + 1..];
    }
    while len <= ROOM - WORD && rest.len() < WORD {
        let Some((byte, tail)) = rest.split_first() else {
            break;
        };
        let (escape, escape_len) = &ESCAPES[usize::from(*byte)];
        room[len..len + WORD].copy_from_slice(escape);
        len += usize::from(*escape_len);
        rest = tail;
    }
    out.extend_from_slice(&room[..len]);
    rest
}

/// Each byte as a string has it, and the length of that.
static ESCAPES: [([u8; WORD], u8); 256] = {
    let mut escapes = [([0; WORD], 1); 256];
    let mut byte = 0;
    while byte < 256 {
        escapes[byte].0[0] = byte as u8;
        if must_escape(byte as u8) {
            escapes[byte] = escape_of(byte as u8);
        }
        byte += 1;
    }
    escapes
};

/// The escape of a byte, and its length.
const fn escape_of(byte: u8) -> ([u8; WORD], u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let (high, low) = (HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]);
            return ([b'\\', b'u', b'0', b'0', high, low, 0, 0], 6);
        }
    };
    ([b'\\', short, 0, 0, 0, 0, 0, 0], 2)
}

/// The length of text as the inside of a string; `None` if it is not UTF-8.
pub(super) fn escaped_len(text: &[u8]) -> Option<usize> {
    let (mut len, mut is_ascii) = (text.len(), true);
    // Counted in bytes, which the compiler turns into wide instructions.
    for chunk in text.chunks(128) {
        let (mut quotes, mut controls, mut high) = (0_u8, 0_u8, 0_u8);
        for &byte in chunk {
            quotes += u8::from(matches!(byte, b'"' | b'\\'));
            controls += u8::from(byte < 0x20);
            high |= byte;
        }
        if controls > 0 {
            // Five of them have escapes of two bytes, as quotes do; the others, of six.
            let is_short = |byte: &u8| (byte.wrapping_sub(8) < 6) & (*byte != 11);
            let short = chunk
                .iter()
                .fold(0_u8, |count, byte| count + u8::from(is_short(byte)));
            len += 5 * usize::from(controls) - 4 * usize::from(short);
        }
        len += usize::from(quotes);
        if is_ascii && !high.is_ascii() {
            // What is not UTF-8 shows it soon.
            std::str::from_utf8(text).ok()?;
            is_ascii = false;
        }
    }
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let mut out = vec![b'"'];
        escape(text.as_bytes(), &mut out);
        out.push(b'"');
        assert_eq!(escaped_len(text.as_bytes()), Some(out.len() - 2));
        let expected = serde_json::to_string(text).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn strings_are_escaped_as_serde_json_does() {
        let odd: String = (0..=0x7f_u8).map(char::from).collect();
        let long = format!("{}\"{}é\u{10ffff}\\", "x".repeat(100), "y".repeat(31));
        for text in [
            "",
            "plain",
            &odd,
            &long,
            &format!("{odd}{long}{odd}").repeat(20),
        ] {
            check(text);
        }
        for len in 0..200 {
            check(&"\u{1}".repeat(len));
            check(&format!("{}\n", "x".repeat(len)));
        }
    }

    #[test]
    fn what_is_not_utf8_has_no_length() {
        assert_eq!(escaped_len(b"caf\xe9"), None);
        assert_eq!(escaped_len(&[b"x".repeat(300), vec![0x80]].concat()), None);
        assert_eq!(escaped_len("é\n".as_bytes()), Some(4));
    }

    quickcheck::quickcheck! {
        fn whatever_they_hold(text: String) -> bool {
            check(&text);
            true
        }
    }
}
