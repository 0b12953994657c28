//! Names of headers, in both versions of the types.

use actix_web::http::header as actix;
use http::header;

macro_rules! names {
    ($($name:literal: $constant:ident,)+ ; $($own:literal,)+) => {
        /// A name for actix. Those that are known are found faster than read, and need no memory.
        pub(crate) fn to_actix(name: &header::HeaderName) -> Option<actix::HeaderName> {
            let name = name.as_str();
            Some(match name {
                $($name => actix::$constant,)+
                $($own => const { actix::HeaderName::from_static($own) },)+
                _ => return actix::HeaderName::from_bytes(name.as_bytes()).ok(),
            })
        }

        /// A name from actix.
        pub(crate) fn from_actix(name: &actix::HeaderName) -> Option<header::HeaderName> {
            let name = name.as_str();
            Some(match name {
                $($name => header::$constant,)+
                $($own => const { header::HeaderName::from_static($own) },)+
                _ => return header::HeaderName::from_bytes(name.as_bytes()).ok(),
            })
        }
    };
}

names! {
    "accept": ACCEPT,
    "accept-encoding": ACCEPT_ENCODING,
    "accept-language": ACCEPT_LANGUAGE,
    "access-control-allow-credentials": ACCESS_CONTROL_ALLOW_CREDENTIALS,
    "access-control-allow-headers": ACCESS_CONTROL_ALLOW_HEADERS,
    "access-control-allow-methods": ACCESS_CONTROL_ALLOW_METHODS,
    "access-control-allow-origin": ACCESS_CONTROL_ALLOW_ORIGIN,
    "access-control-expose-headers": ACCESS_CONTROL_EXPOSE_HEADERS,
    "access-control-max-age": ACCESS_CONTROL_MAX_AGE,
    "access-control-request-headers": ACCESS_CONTROL_REQUEST_HEADERS,
    "access-control-request-method": ACCESS_CONTROL_REQUEST_METHOD,
    "allow": ALLOW,
    "authorization": AUTHORIZATION,
    "cache-control": CACHE_CONTROL,
    "connection": CONNECTION,
    "content-disposition": CONTENT_DISPOSITION,
    "content-encoding": CONTENT_ENCODING,
    "content-length": CONTENT_LENGTH,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "content-type": CONTENT_TYPE,
    "cookie": COOKIE,
    "date": DATE,
    "etag": ETAG,
    "expires": EXPIRES,
    "forwarded": FORWARDED,
    "host": HOST,
    "if-modified-since": IF_MODIFIED_SINCE,
    "if-none-match": IF_NONE_MATCH,
    "last-modified": LAST_MODIFIED,
    "location": LOCATION,
    "origin": ORIGIN,
    "range": RANGE,
    "referer": REFERER,
    "set-cookie": SET_COOKIE,
    "strict-transport-security": STRICT_TRANSPORT_SECURITY,
    "upgrade-insecure-requests": UPGRADE_INSECURE_REQUESTS,
    "user-agent": USER_AGENT,
    "vary": VARY,
    "via": VIA,
    "x-content-type-options": X_CONTENT_TYPE_OPTIONS,
    "x-frame-options": X_FRAME_OPTIONS,
    ;
    // What gateways and browsers send, and no constant is for.
    "priority",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "sec-gpc",
    "x-amz-cf-id",
    "x-amzn-lattice-identity",
    "x-amzn-lattice-network",
    "x-amzn-lattice-target",
    "x-amzn-tls-cipher-suite",
    "x-amzn-tls-version",
    "x-amzn-trace-id",
    "x-api-key",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-requested-with",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_there_and_back() {
        for text in [
            "host",
            "x-forwarded-proto",
            "x-own",
            "a",
            "!#$%&'*+-.^_`|~9z",
            "te",
        ] {
            let name = header::HeaderName::from_bytes(text.as_bytes()).unwrap();
            let there = to_actix(&name).unwrap();
            assert_eq!(there.as_str(), text);
            assert_eq!(from_actix(&there).unwrap(), name);
        }
        let long = header::HeaderName::from_bytes(&[b'x'; 5000]).unwrap();
        assert_eq!(from_actix(&to_actix(&long).unwrap()).unwrap(), long);
    }

    #[test]
    fn a_name_that_only_the_older_types_know_is_none() {
        let quoted = actix::HeaderName::from_bytes(b"a\"b").unwrap();
        assert_eq!(from_actix(&quoted), None);
    }
}
