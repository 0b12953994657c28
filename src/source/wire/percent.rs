//! Percent-encoding, of no more than is needed.

use super::Path;

/// A set of bytes to percent-encode.
pub(super) struct ByteSet([bool; 256]);

impl ByteSet {
    const fn with(mut self, bytes: &[u8]) -> Self {
        let mut i = 0;
        while i < bytes.len() {
            self.0[bytes[i] as usize] = true;
            i += 1;
        }
        self
    }

    const fn without(mut self, bytes: &[u8]) -> Self {
        let mut i = 0;
        while i < bytes.len() {
            self.0[bytes[i] as usize] = false;
            i += 1;
        }
        self
    }

    /// Bytes above 0x7F as well.
    const fn with_high(mut self) -> Self {
        let mut byte = 0x80;
        while byte < 256 {
            self.0[byte] = true;
            byte += 1;
        }
        self
    }

    #[inline]
    pub(super) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Control characters and the space, which no URI holds.
    const fn controls() -> Self {
        let mut set = [false; 256];
        let mut byte = 0;
        while byte <= 0x20 {
            set[byte] = true;
            byte += 1;
        }
        set[0x7f] = true;
        ByteSet(set)
    }
}

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What `http::Uri` refuses in a path, and what would end the path.
static PATH: ByteSet = ByteSet::controls().with(b"<>`?#");
static PATH_NOT_UTF8: ByteSet = ByteSet::controls().with(b"<>`?#").with_high();
/// What `http::Uri` refuses in a query, and what would end the query.
static QUERY: ByteSet = ByteSet::controls().with(b"\"<>#");
static QUERY_NOT_UTF8: ByteSet = ByteSet::controls().with(b"\"<>#").with_high();
/// What is not itself in a component of a query: all that is not unreserved (RFC 3986, 2.3).
pub(super) static COMPONENT: ByteSet = component();
/// What is not itself in a segment of a path (RFC 3986, 3.3).
pub(super) static SEGMENT: ByteSet = component().without(b"!$&'()*+,;=:@");
/// What is not itself in a path.
static DECODED_PATH: ByteSet = component().without(b"!$&'()*+,;=:@/");

const fn component() -> ByteSet {
    ByteSet([true; 256]).without(ALPHANUMERIC).without(b"-._~")
}

pub(super) fn path_set(style: Path, text: &[u8]) -> &'static ByteSet {
    match style {
        Path::Decoded => &DECODED_PATH,
        Path::Verbatim if is_utf8(text) => &PATH,
        Path::Verbatim => &PATH_NOT_UTF8,
    }
}

pub(super) fn query_set(text: &[u8]) -> &'static ByteSet {
    if is_utf8(text) {
        &QUERY
    } else {
        &QUERY_NOT_UTF8
    }
}

/// `http::Uri` takes bytes above 0x7F if they are UTF-8.
fn is_utf8(text: &[u8]) -> bool {
    text.is_ascii() || std::str::from_utf8(text).is_ok()
}

/// Escapes what `http::Uri` refuses in a path.
pub(crate) fn encode_path(path: &[u8], target: &mut Vec<u8>) {
    percent_encode(path, path_set(Path::Verbatim, path), target);
}

pub(super) fn percent_encode(text: &[u8], refused: &ByteSet, target: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = text;
    while let Some(clean) = rest.iter().position(|byte| refused.has(*byte)) {
        let byte = rest[clean];
        let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
        target.extend_from_slice(&rest[..clean]);
        target.extend_from_slice(&[b'%', high, low]);
        rest = &rest[clean + 1..];
    }
    target.extend_from_slice(rest);
}

/// Text with its `%XX` decoded, and `+` if that is a space.
pub(crate) fn percent_decode(text: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let hex = |byte: &u8| {
            char::from(*byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let escaped = match tail {
            [high, low, ..] if *byte == b'%' => hex(high).zip(hex(low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = &tail[2..];
            }
            None if *byte == b'+' && plus_is_space => decoded.push(b' '),
            None => decoded.push(*byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Uri;

    use super::*;

    fn taken(target: &[u8]) -> Option<Uri> {
        Uri::from_maybe_shared(Bytes::copy_from_slice(target)).ok()
    }

    #[test]
    fn only_what_a_uri_refuses_is_escaped() {
        for byte in 0..=0x7f_u8 {
            let path = [b'/', byte, b'x'];
            let kept = taken(&path).is_some_and(|uri| uri.path().as_bytes() == path);
            assert_eq!(kept, !PATH.has(byte), "path {byte:#x}");
            let query = [b'/', b'?', byte, b'x'];
            let kept = taken(&query)
                .is_some_and(|uri| uri.query().map(str::as_bytes) == Some(&query[2..]));
            assert_eq!(kept, !QUERY.has(byte), "query {byte:#x}");
        }
        for byte in 0x80..=0xff_u8 {
            assert!(taken(&[b'/', byte]).is_none());
            assert!(path_set(Path::Verbatim, &[byte]).has(byte));
        }
        assert!(taken("/é?é".as_bytes()).is_some());
        assert!(!path_set(Path::Verbatim, "é".as_bytes()).has(0xc3));
    }
}
