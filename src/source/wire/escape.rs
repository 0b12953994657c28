//! Strings of the reply: text as the inside of a string in JSON.

use super::words::{clean_len, must_escape};

/// Room for a good part of a chunk's escapes.
const ROOM: usize = 1024;

/// Appends UTF-8 text as the inside of a string.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    const CHUNK: usize = 64;
    // Most text is clean, and is copied at once: whole chunks are looked at with the widest
    // instructions there are.
    let is_clean = |chunk: &&[u8]| {
        !chunk
            .iter()
            .fold(false, |bad, byte| bad | must_escape(*byte))
    };
    if text.len() < 4 * CHUNK && clean_len(text) == text.len() {
        return out.extend_from_slice(text);
    }
    let mut block = [0; ROOM];
    let mut rest = text;
    while !rest.is_empty() {
        let clean: usize = rest
            .chunks(CHUNK)
            .take_while(is_clean)
            .map(<[u8]>::len)
            .sum();
        let (run, tail) = rest.split_at(clean);
        out.extend_from_slice(run);
        // Where there is one escape, there are more.
        let (dense, tail) = tail.split_at(tail.len().min(4 * CHUNK));
        escape_dense(dense, &mut block, out);
        rest = tail;
    }
}

/// Appends text with many escapes: whole words go into a block first, each right behind the
/// last byte that counts.
fn escape_dense(text: &[u8], block: &mut [u8; ROOM], out: &mut Vec<u8>) {
    const WORD: usize = 8;
    let (mut len, mut at) = (0, 0);
    while at < text.len() {
        // Room for a word and the longest escape.
        if len > ROOM - 2 * WORD {
            out.extend_from_slice(&block[..len]);
            len = 0;
        }
        let word = &text[at..text.len().min(at + WORD)];
        block[len..len + word.len()].copy_from_slice(word);
        let clean = clean_len(word);
        at += clean;
        len += clean;
        if clean < word.len() {
            let (escaped, escaped_len) = escape_byte(text[at]);
            block[len..len + 6].copy_from_slice(&escaped);
            len += escaped_len;
            at += 1;
        }
    }
    out.extend_from_slice(&block[..len]);
}

/// The escape of a byte, and its length.
const fn escape_byte(byte: u8) -> ([u8; 6], usize) {
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
            return ([b'\\', b'u', b'0', b'0', high, low], 6);
        }
    };
    ([b'\\', short, 0, 0, 0, 0], 2)
}

/// The length of text as the inside of a string.
pub(super) fn escaped_len(text: &[u8]) -> usize {
    let mut len = text.len();
    // Counted in bytes, which the compiler turns into wide instructions.
    for chunk in text.chunks(128) {
        let (mut quotes, mut controls) = (0_u8, 0_u8);
        for &byte in chunk {
            quotes += u8::from(matches!(byte, b'"' | b'\\'));
            controls += u8::from(byte < 0x20);
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
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let mut out = vec![b'"'];
        escape(text.as_bytes(), &mut out);
        out.push(b'"');
        assert_eq!(out.len() - 2, escaped_len(text.as_bytes()));
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

    quickcheck::quickcheck! {
        fn whatever_they_hold(text: String) -> bool {
            check(&text);
            true
        }
    }
}
