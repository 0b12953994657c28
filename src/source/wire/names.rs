//! Names and values of headers.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use super::{Text, shared};

pub(super) fn header_name(name: &[u8]) -> Result<HeaderName, String> {
    if let Some(known) = known_name(name) {
        return Ok(known);
    }
    HeaderName::from_bytes(name).map_err(|_| {
        let name = String::from_utf8_lossy(name);
        format!("`{}` is not a header name", name.escape_debug())
    })
}

pub(super) fn header_value(event: &Bytes, text: Text<'_>) -> Result<HeaderValue, String> {
    match text {
        Text::Borrowed(text) => {
            let value = HeaderValue::from_maybe_shared(shared(event, Text::Borrowed(text)));
            value.map_err(|_| bad_value(text))
        }
        Text::Owned(text) => {
            if let Some(bad) = text.iter().position(|byte| is_bad(*byte)) {
                return Err(bad_value(&text[bad..]));
            }
            HeaderValue::from_maybe_shared(Bytes::from(text)).map_err(|_| bad_value(&[]))
        }
    }
}

#[cold]
pub(super) fn bad_value(text: &[u8]) -> String {
    let bad = text.iter().copied().find(|byte| is_bad(*byte));
    let bad = bad.unwrap_or_default();
    format!("a header's value cannot hold the byte {bad:#04x}")
}

pub(super) const fn is_bad(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' || byte == 0x7f
}

/// Names that gateways and browsers send and `http` has no constant for: these need no
/// memory of their own.
fn known_name(name: &[u8]) -> Option<HeaderName> {
    macro_rules! known {
        ($($($spelling:literal)|+ => $name:literal,)+) => {
            match name {
                $($($spelling)|+ => {
                    const NAME: HeaderName = HeaderName::from_static($name);
                    Some(NAME)
                })+
                _ => None,
            }
        };
    }
    known! {
        b"x-forwarded-for" | b"X-Forwarded-For" => "x-forwarded-for",
        b"x-forwarded-port" | b"X-Forwarded-Port" => "x-forwarded-port",
        b"x-forwarded-proto" | b"X-Forwarded-Proto" => "x-forwarded-proto",
        b"x-forwarded-host" | b"X-Forwarded-Host" => "x-forwarded-host",
        b"x-amzn-trace-id" | b"X-Amzn-Trace-Id" => "x-amzn-trace-id",
        b"x-amzn-tls-version" => "x-amzn-tls-version",
        b"x-amzn-tls-cipher-suite" => "x-amzn-tls-cipher-suite",
        b"x-amz-cf-id" | b"X-Amz-Cf-Id" => "x-amz-cf-id",
        b"x-amzn-lattice-identity" => "x-amzn-lattice-identity",
        b"x-amzn-lattice-network" => "x-amzn-lattice-network",
        b"x-amzn-lattice-target" => "x-amzn-lattice-target",
        b"sec-ch-ua" => "sec-ch-ua",
        b"sec-ch-ua-mobile" => "sec-ch-ua-mobile",
        b"sec-ch-ua-platform" => "sec-ch-ua-platform",
        b"sec-fetch-dest" => "sec-fetch-dest",
        b"sec-fetch-mode" => "sec-fetch-mode",
        b"sec-fetch-site" => "sec-fetch-site",
        b"sec-fetch-user" => "sec-fetch-user",
        b"sec-gpc" => "sec-gpc",
        b"priority" => "priority",
        b"x-requested-with" => "x-requested-with",
        b"x-api-key" => "x-api-key",
    }
}
