//! Bodies: base64 on the way in, and text or base64 on the way out.

use base64::engine::general_purpose::{GeneralPurposeConfig, NO_PAD, PAD};
use base64::engine::{DecodePaddingMode, Simd};
use base64::{DecodeError, Engine as _, encoded_len};
use bytes::Bytes;
use serde::Deserialize as _;
use serde::de::IgnoredAny;

use super::escape::escaped_len;
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
}
