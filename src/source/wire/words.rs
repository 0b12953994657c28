//! Finds the bytes that count in a string, many at a time.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// The high bit of the first byte that is zero, and maybe of later ones.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

const fn all(byte: u8) -> u64 {
    ONES * byte as u64
}

/// Where a string in JSON ends or has an escape: the first quote or backslash.
///
/// By the instructions that every machine of a kind has, so that it needs no call: most strings
/// are done sooner than one.
#[inline(always)]
pub(super) fn find_quote(text: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "aarch64")]
    use memchr::arch::aarch64::neon::memchr::Two;
    #[cfg(target_arch = "x86_64")]
    use memchr::arch::x86_64::sse2::memchr::Two;

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if let Some(two) = Two::new(b'"', b'\\') {
        return two.find(text);
    }
    memchr::arch::all::memchr::Two::new(b'"', b'\\').find(text)
}

/// The same by the best instructions of this machine, for long strings.
pub(super) fn find_far_quote(text: &[u8]) -> Option<usize> {
    memchr::memchr2(b'"', b'\\', text)
}

/// How many bytes are looked at together.
pub(super) const WORD: usize = 8;

/// Marks in a word the first quote or backslash; zero where there is none.
#[inline(always)]
pub(super) fn quotes(word: &[u8; WORD]) -> u64 {
    let word = u64::from_le_bytes(*word);
    zeros(word ^ all(b'"')) | zeros(word ^ all(b'\\'))
}

/// Marks in a word the first byte that a string in JSON cannot hold as it is; zero where there is
/// none.
#[inline(always)]
pub(super) fn escapes(word: &[u8; WORD]) -> u64 {
    let below_space = u64::from_le_bytes(*word);
    let below_space = below_space.wrapping_sub(all(0x20)) & !below_space & HIGHS;
    quotes(word) | below_space
}

/// Where in a word the first mark is.
#[inline(always)]
pub(super) fn first(marks: u64) -> usize {
    // The modulus says so to the compiler.
    marks.trailing_zeros() as usize / 8 % WORD
}

/// A byte of a word: from where the word is in a register, faster than from memory.
#[inline(always)]
pub(super) fn byte_at(word: &[u8; WORD], at: usize) -> u8 {
    (u64::from_le_bytes(*word) >> (at % WORD * 8)) as u8
}

/// Whether a string in JSON can hold text as it is, and text is ASCII.
#[inline]
pub(super) fn is_plain(text: &[u8]) -> bool {
    let (mut rest, mut marks) = (text, 0);
    while let Some((word, tail)) = rest.split_first_chunk() {
        marks |= escapes(word) | (u64::from_le_bytes(*word) & HIGHS);
        rest = tail;
    }
    let is_plain = |byte: &u8| byte.is_ascii() && !must_escape(*byte);
    marks == 0 && rest.iter().all(is_plain)
}

/// Whether a string in JSON cannot hold a byte as it is.
pub(super) const fn must_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_found() {
        for len in 0..300 {
            for at in 0..len {
                for byte in [b'"', b'\\', b'a', 0x22 + 0x80, 0x5c + 0x80, 0xff] {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    let is_quote = matches!(byte, b'"' | b'\\');
                    assert_eq!(find_quote(&text), is_quote.then_some(at));
                    assert_eq!(find_far_quote(&text), is_quote.then_some(at));
                }
            }
        }
    }

    #[test]
    fn every_byte_is_told_in_every_word() {
        let found = |marks| if marks == 0 { WORD } else { first(marks) };
        let bytes = [
            0, 0x1f, 0x20, b'"', 0x23, 0x5b, b'\\', 0x5d, 0x7f, 0x80, 0xff,
        ];
        for filler in [b' ', b'a', 0x80, 0xff] {
            for at in 0..WORD {
                for byte in (0..=255).chain(bytes) {
                    for next in bytes {
                        let mut word = [filler; WORD];
                        word[at] = byte;
                        if at + 1 < WORD {
                            word[at + 1] = next;
                        }
                        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\\');
                        let expected = word.iter().position(is_quote).unwrap_or(WORD);
                        assert_eq!(found(quotes(&word)), expected);
                        let must_escape = |byte: &u8| must_escape(*byte);
                        let expected = word.iter().position(must_escape).unwrap_or(WORD);
                        assert_eq!(found(escapes(&word)), expected);
                    }
                }
            }
        }
    }
}
