//! Names and values of headers.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};

use super::{Text, shared};

pub(super) fn header_name(name: &[u8]) -> Result<HeaderName, String> {
    if let Some(known) = known_name(name) {
        return Ok(known.clone());
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
            // All at once, by wide instructions: it is looked for only if it is there.
            if text.iter().fold(false, |bad, byte| bad | is_bad(*byte)) {
                return Err(bad_value(&text));
            }
            HeaderValue::from_maybe_shared(Bytes::from(text)).map_err(|_| bad_value(&[]))
        }
    }
}

#[cold]
fn bad_value(text: &[u8]) -> String {
    let bad = text.iter().copied().find(|byte| is_bad(*byte));
    let bad = bad.unwrap_or_default();
    format!("a header's value cannot hold the byte {bad:#04x}")
}

pub(super) const fn is_bad(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' || byte == 0x7f
}

/// Names that gateways and browsers send, as they write them: found faster than by reading them,
/// and those that `http` has no constant for need no memory of their own.
pub(super) fn known_name(name: &[u8]) -> Option<&'static HeaderName> {
    macro_rules! known {
        ($($($spelling:literal)|+ => $name:expr,)+) => {
            match name {
                $($($spelling)|+ => {
                    static NAME: HeaderName = $name;
                    Some(&NAME)
                })+
                _ => None,
            }
        };
    }
    known! {
        b"accept" | b"Accept" => header::ACCEPT,
        b"accept-encoding" | b"Accept-Encoding" => header::ACCEPT_ENCODING,
        b"accept-language" | b"Accept-Language" => header::ACCEPT_LANGUAGE,
        b"authorization" | b"Authorization" => header::AUTHORIZATION,
        b"cache-control" | b"Cache-Control" => header::CACHE_CONTROL,
        b"connection" | b"Connection" => header::CONNECTION,
        b"content-length" | b"Content-Length" => header::CONTENT_LENGTH,
        b"content-type" | b"Content-Type" => header::CONTENT_TYPE,
        b"cookie" | b"Cookie" => header::COOKIE,
        b"host" | b"Host" => header::HOST,
        b"if-modified-since" | b"If-Modified-Since" => header::IF_MODIFIED_SINCE,
        b"if-none-match" | b"If-None-Match" => header::IF_NONE_MATCH,
        b"origin" | b"Origin" => header::ORIGIN,
        b"referer" | b"Referer" => header::REFERER,
        b"upgrade-insecure-requests" | b"Upgrade-Insecure-Requests" => header::UPGRADE_INSECURE_REQUESTS,
        b"user-agent" | b"User-Agent" => header::USER_AGENT,
        b"via" | b"Via" => header::VIA,
        b"x-forwarded-for" | b"X-Forwarded-For" => HeaderName::from_static("x-forwarded-for"),
        b"x-forwarded-port" | b"X-Forwarded-Port" => HeaderName::from_static("x-forwarded-port"),
        b"x-forwarded-proto" | b"X-Forwarded-Proto" => HeaderName::from_static("x-forwarded-proto"),
        b"x-forwarded-host" | b"X-Forwarded-Host" => HeaderName::from_static("x-forwarded-host"),
        b"x-amzn-trace-id" | b"X-Amzn-Trace-Id" => HeaderName::from_static("x-amzn-trace-id"),
        b"x-amzn-tls-version" => HeaderName::from_static("x-amzn-tls-version"),
        b"x-amzn-tls-cipher-suite" => HeaderName::from_static("x-amzn-tls-cipher-suite"),
        b"x-amz-cf-id" | b"X-Amz-Cf-Id" => HeaderName::from_static("x-amz-cf-id"),
        b"x-amzn-lattice-identity" => HeaderName::from_static("x-amzn-lattice-identity"),
        b"x-amzn-lattice-network" => HeaderName::from_static("x-amzn-lattice-network"),
        b"x-amzn-lattice-target" => HeaderName::from_static("x-amzn-lattice-target"),
        b"sec-ch-ua" => HeaderName::from_static("sec-ch-ua"),
        b"sec-ch-ua-mobile" => HeaderName::from_static("sec-ch-ua-mobile"),
        b"sec-ch-ua-platform" => HeaderName::from_static("sec-ch-ua-platform"),
        b"sec-fetch-dest" => HeaderName::from_static("sec-fetch-dest"),
        b"sec-fetch-mode" => HeaderName::from_static("sec-fetch-mode"),
        b"sec-fetch-site" => HeaderName::from_static("sec-fetch-site"),
        b"sec-fetch-user" => HeaderName::from_static("sec-fetch-user"),
        b"sec-gpc" => HeaderName::from_static("sec-gpc"),
        b"priority" => HeaderName::from_static("priority"),
        b"x-requested-with" => HeaderName::from_static("x-requested-with"),
        b"x-api-key" => HeaderName::from_static("x-api-key"),
    }
}
