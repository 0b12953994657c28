//! The request as the app gets it.

use http::header::{AUTHORIZATION, CONNECTION, EXPECT, Entry, HOST, HeaderName};
use http::{HeaderMap, HeaderValue, Version, request};

use crate::{Address, Config};

/// Headers of one connection, which are no part of a message that is passed on ([RFC 9110]).
///
/// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110.html#section-7.6.1
const OF_A_CONNECTION: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The host that the app is called by, where nobody else has named one.
pub(crate) fn host(address: &Address) -> HeaderValue {
    let name = match address {
        Address::Tcp(addresses) => addresses.first().map(|address| address.to_string()),
        Address::Unix(_) => None,
    };
    let value = name.and_then(|name| HeaderValue::try_from(name).ok());
    value.unwrap_or_else(|| HeaderValue::from_static("localhost"))
}

/// Makes the head what a client of the app's would send.
pub(super) fn prepare(head: &mut request::Parts, config: &Config, host: &HeaderValue) {
    head.version = Version::HTTP_11;
    let headers = &mut head.headers;
    remove_connection_headers(headers);
    // The body is here already, and is not waited with.
    headers.remove(EXPECT);
    if let Entry::Vacant(entry) = headers.entry(HOST) {
        entry.insert(host.clone());
    }
    let source = config.authorization_source.as_ref();
    if let Some(source) = source.filter(|source| **source != AUTHORIZATION) {
        // What is there without it is the gateway's own, a signature of IAM's, say.
        headers.remove(AUTHORIZATION);
        if let Some(value) = headers.remove(source) {
            headers.insert(AUTHORIZATION, value);
        }
    }
}

/// Removes what concerns one connection, also that which `Connection` names.
pub(super) fn remove_connection_headers(headers: &mut HeaderMap) {
    // Most have none.
    if !headers
        .keys()
        .any(|name| OF_A_CONNECTION.contains(&name.as_str()))
    {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| !is_of_the_gateway(name))
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
}

/// Whether a gateway says by it who the client is and what it asks for. A client must not take it
/// [away] by naming it in `Connection`.
///
/// [away]: https://nvd.nist.gov/vuln/detail/CVE-2022-31813
fn is_of_the_gateway(name: &HeaderName) -> bool {
    let prefixes = ["forwarded", "x-forwarded-", "x-amz", "cloudfront-"];
    name == HOST
        || prefixes
            .iter()
            .any(|prefix| name.as_str().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn what_concerns_a_connection_stays_there() {
        let mut map = headers(&[
            ("connection", "close, X-Own"),
            ("connection", " x-other ,,"),
            ("keep-alive", "timeout=5"),
            ("x-own", "1"),
            ("x-other", "2"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("x-kept", "3"),
        ]);
        remove_connection_headers(&mut map);
        assert_eq!(map, headers(&[("x-kept", "3")]));
    }

    #[test]
    fn what_the_gateway_says_is_not_taken_away() {
        let said = [
            ("host", "example.com"),
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=192.0.2.7"),
            ("x-amzn-oidc-identity", "me"),
            ("cloudfront-viewer-address", "192.0.2.7:1"),
        ];
        let names = said.map(|(name, _)| name).join(", ");
        let mut map = headers(&said);
        map.insert(CONNECTION, HeaderValue::try_from(names).unwrap());
        remove_connection_headers(&mut map);
        assert_eq!(map, headers(&said));
    }

    #[test]
    fn the_source_of_authorization_stands_for_it_or_nothing_does() {
        let mut config = Config {
            authorization_source: Some(HeaderName::from_static("x-own-auth")),
            ..Config::default()
        };
        let host = HeaderValue::from_static("app");
        let prepared = |config: &Config, pairs: &[(&'static str, &'static str)]| {
            let (mut head, ()) = http::Request::new(()).into_parts();
            head.headers = headers(pairs);
            prepare(&mut head, config, &host);
            head.headers
        };
        let both = prepared(
            &config,
            &[("authorization", "AWS4"), ("x-own-auth", "Bearer a")],
        );
        assert_eq!(
            both,
            headers(&[("authorization", "Bearer a"), ("host", "app")])
        );
        let none = prepared(
            &config,
            &[("authorization", "AWS4"), ("host", "example.com")],
        );
        assert_eq!(none, headers(&[("host", "example.com")]));
        config.authorization_source = Some(AUTHORIZATION);
        let itself = [("authorization", "Bearer a"), ("host", "app")];
        assert_eq!(prepared(&config, &itself[..1]), headers(&itself));
    }
}
