//! Bodies: base64 on the way in, and text or base64 on the way out.

use base64::engine::general_purpose::{GeneralPurposeConfig, NO_PAD, PAD};
use base64::engine::{DecodePaddingMode, Simd};
use base64::{DecodeError, Engine as _, encoded_len};
use bytes::Bytes;
use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::options::BodyEncoding;

/// The bytes of a body that came in base64. Padding may be left out.
pub(crate) fn decode_body(text: &[u8]) -> Result<Bytes, DecodeError> {
    let config = NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    Simd::standard(config).decode(text).map(Bytes::from)
}

/// Appends a body in base64.
pub(super) fn encode_body(body: &[u8], out: &mut Vec<u8>) {
    const CONFIG: GeneralPurposeConfig = PAD;
    let start = out.len();
    let len = encoded_len(body.len(), true).unwrap_or_default();
    out.resize(start + len, 0);
    if let Err(error) = Simd::standard(CONFIG).encode_slice(body, &mut out[start..]) {
        unreachable!("room for all of the body was made: {error}");
    }
}

pub(super) fn base64_len(body: &[u8]) -> usize {
    body.len().div_ceil(3) * 4
}

/// Whether a body has to go as base64, or is shorter so where both would do.
///
/// `is_base64_free` says that the gateway decodes it, whatever its configuration.
pub(crate) fn needs_base64(body: &[u8], encoding: BodyEncoding, is_base64_free: bool) -> bool {
    match encoding {
        _ if std::str::from_utf8(body).is_err() => true,
        BodyEncoding::Text => false,
        BodyEncoding::Base64 => true,
        BodyEncoding::Auto => is_base64_free && base64_len(body) < escaped_len(body),
    }
}

/// The length of text as a JSON string, without its quotes.
pub(super) fn escaped_len(text: &[u8]) -> usize {
    let mut len = text.len();
    // Counted in bytes, which the compiler turns into wide instructions.
    for chunk in text.chunks(128) {
        let (mut controls, mut short) = (0_u8, 0_u8);
        for &byte in chunk {
            controls += u8::from(byte < 0x20);
            short += u8::from(matches!(byte, b'"' | b'\\'));
        }
        if controls > 0 {
            for byte in chunk {
                len += if matches!(byte, 8 | 9 | 10 | 12 | 13) {
                    1
                } else {
                    5 * usize::from(*byte < 0x20)
                };
            }
        }
        len += usize::from(short);
    }
    len
}

pub(crate) fn is_json(text: &[u8]) -> bool {
    let mut json = serde_json::Deserializer::from_slice(text);
    IgnoredAny::deserialize(&mut json).is_ok() && json.end().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_form_is_taken() {
        let text = "plain text, quite long ".repeat(10);
        let controls = "\u{1}".repeat(100);
        assert!(!needs_base64(text.as_bytes(), BodyEncoding::Auto, true));
        assert!(needs_base64(controls.as_bytes(), BodyEncoding::Auto, true));
        assert!(!needs_base64(
            controls.as_bytes(),
            BodyEncoding::Auto,
            false
        ));
        assert!(needs_base64(b"caf\xe9", BodyEncoding::Text, false));
    }

    #[test]
    fn padding_may_be_absent() {
        assert_eq!(decode_body(b"aGk=").unwrap(), "hi");
        assert_eq!(decode_body(b"aGk").unwrap(), "hi");
        assert!(decode_body(b"a-_b").is_err());
    }

    #[test]
    fn the_escaped_length_is_that_of_serde_json() {
        for text in ["", "a", "\"\\\n\r\t\u{8}\u{c}\u{0}\u{1f}é\u{7f}"] {
            let quoted = serde_json::to_string(text).unwrap();
            assert_eq!(escaped_len(text.as_bytes()), quoted.len() - 2);
        }
    }
}
