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
#[inline]
pub(super) fn find_quote(text: &[u8]) -> Option<usize> {
    memchr::memchr2(b'"', b'\\', text)
}

/// As `find_quote`, for text in which there is one soon, if at all.
#[inline]
pub(super) fn find_near(text: &[u8]) -> Option<usize> {
    const NEAR: usize = 32;
    let near = &text[..text.len().min(NEAR)];
    let mask = |word| zeros(word ^ all(b'"')) | zeros(word ^ all(b'\\'));
    find(near, mask, |byte| matches!(byte, b'"' | b'\\'))
        .or_else(|| find_quote(&text[near.len()..]).map(|at| near.len() + at))
}

/// The length of the text before the first byte that a string in JSON cannot hold as it is.
#[inline]
pub(super) fn clean_len(text: &[u8]) -> usize {
    let found = find(
        text,
        |word| {
            let below_space = word.wrapping_sub(all(0x20)) & !word & HIGHS;
            zeros(word ^ all(b'"')) | zeros(word ^ all(b'\\')) | below_space
        },
        must_escape,
    );
    found.unwrap_or(text.len())
}

/// The first byte that is wanted: `mask` sets its high bit in a word.
#[inline]
fn find(text: &[u8], mask: impl Fn(u64) -> u64, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let found = mask(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let tail = text[at..].iter().position(|byte| is_wanted(*byte));
    tail.map(|found| at + found)
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
        for len in 0..150 {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    let is_quote = matches!(byte, b'"' | b'\\');
                    assert_eq!(find_quote(&text), is_quote.then_some(at));
                    assert_eq!(find_near(&text), is_quote.then_some(at));
                    let clean = if must_escape(byte) { at } else { len };
                    assert_eq!(clean_len(&text), clean);
                }
            }
        }
    }
}
