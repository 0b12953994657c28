//! Bodies: base64 on the way in, and text or base64 on the way out.

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::PAD;
use base64::{DecodeError, Engine, encoded_len};
use bytes::Bytes;

use super::Scanner;
use super::escape::escaped_len;
use crate::options::BodyEncoding;

/// The bytes of a body that came in base64. Padding may be left out.
pub(crate) fn decode_body(text: &[u8]) -> Result<Bytes, DecodeError> {
    engine().decode(text).map(Bytes::from)
}

/// The fastest engine there is for the machine.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn engine() -> impl Engine {
    let config = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    base64::engine::Simd::standard(config)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> impl Engine {
    let config = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    base64::engine::general_purpose::GeneralPurpose::new(&base64::alphabet::STANDARD, config)
}

/// Appends a body in base64.
pub(super) fn encode_body(body: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let len = encoded_len(body.len(), true).unwrap_or_default();
    out.resize(start + len, 0);
    if let Err(error) = engine().encode_slice(body, &mut out[start..]) {
        unreachable!("room for all of the body was made: {error}");
    }
}

/// How a body goes into a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyForm {
    /// As text in which nothing needs an escape.
    Plain,
    /// As text with escapes.
    Escaped,
    Base64,
}

/// The form of a body in a reply, and how long it is then.
///
/// It is base64 if it has to be, or is shorter so where both would do. `is_base64_free` says that
/// the gateway decodes it, whatever its configuration.
pub(super) fn form_of(
    body: &[u8],
    encoding: BodyEncoding,
    is_base64_free: bool,
) -> (BodyForm, usize) {
    if body.is_empty() {
        return (BodyForm::Plain, 0);
    }
    let base64_len = body.len().div_ceil(3) * 4;
    match escaped_len(body) {
        None => (BodyForm::Base64, base64_len),
        _ if encoding == BodyEncoding::Base64 => (BodyForm::Base64, base64_len),
        Some(len) if encoding == BodyEncoding::Auto && is_base64_free && base64_len < len => {
            (BodyForm::Base64, base64_len)
        }
        Some(len) if len == body.len() => (BodyForm::Plain, len),
        Some(len) => (BodyForm::Escaped, len),
    }
}

pub(crate) fn is_json(text: &[u8]) -> bool {
    let mut json = Scanner::new(text, 0).quiet();
    json.skip().is_ok() && json.end().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_form_is_taken() {
        let text = "plain text, quite long ".repeat(10);
        let controls = "\u{1}".repeat(100);
        let form = |text: &str, is_free| form_of(text.as_bytes(), BodyEncoding::Auto, is_free);
        assert_eq!(form(&text, true), (BodyForm::Plain, 230));
        assert_eq!(form(&controls, true), (BodyForm::Base64, 136));
        assert_eq!(form(&controls, false), (BodyForm::Escaped, 600));
        assert_eq!(
            form_of(b"caf\xe9", BodyEncoding::Text, false),
            (BodyForm::Base64, 8)
        );
        assert_eq!(
            form_of(b"", BodyEncoding::Base64, true),
            (BodyForm::Plain, 0)
        );
    }

    #[test]
    fn padding_may_be_absent() {
        assert_eq!(decode_body(b"aGk=").unwrap(), "hi");
        assert_eq!(decode_body(b"aGk").unwrap(), "hi");
        assert!(decode_body(b"a-_b").is_err());
    }
}
