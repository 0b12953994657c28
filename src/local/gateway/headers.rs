//! Headers, in the forms that events have.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Arrival;

pub(super) type Pairs = Vec<(String, String)>;
pub(super) type Multi = Vec<(String, Vec<String>)>;

/// The names that API Gateway writes itself, whatever the client wrote.
const TITLED: [(&str, &str); 8] = [
    ("authorization", "Authorization"),
    ("content-length", "Content-Length"),
    ("host", "Host"),
    ("user-agent", "User-Agent"),
    ("x-amzn-trace-id", "X-Amzn-Trace-Id"),
    ("x-forwarded-for", "X-Forwarded-For"),
    ("x-forwarded-port", "X-Forwarded-Port"),
    ("x-forwarded-proto", "X-Forwarded-Proto"),
];

/// A value as JSON can have it: as UTF-8, or else byte by byte, as Latin-1.
pub(super) fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The last value of a header.
pub(super) fn value_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get_all(name).iter().next_back().map(text)
}

/// All values of each name, in lower case.
pub(super) fn grouped(headers: &HeaderMap) -> Multi {
    named(headers, |name| name.as_str().to_owned())
}

/// All values of each name, as payload format 1.0 spells it: some in API Gateway's own way, and
/// the others as the client wrote them.
pub(super) fn spelled(headers: &HeaderMap, arrival: &Arrival) -> Multi {
    named(headers, |name| {
        let mut titled = TITLED.into_iter();
        let own = titled.find(|(known, _)| name.as_str() == *known);
        let spelled = own.map_or_else(|| arrival.spelled(name), |(_, title)| title);
        spelled.to_owned()
    })
}

fn named(headers: &HeaderMap, spell: impl Fn(&HeaderName) -> String) -> Multi {
    let values = |name| headers.get_all(name).iter().map(text).collect();
    let names = headers.keys();
    names.map(|name| (spell(name), values(name))).collect()
}

pub(super) fn joined(multi: Multi, comma: &str) -> Pairs {
    let groups = multi.into_iter();
    groups
        .map(|(name, values)| (name, values.join(comma)))
        .collect()
}

pub(super) fn last(multi: &Multi) -> Pairs {
    let groups = multi.iter();
    groups
        .map(|(name, values)| (name.clone(), values.last().cloned().unwrap_or_default()))
        .collect()
}

/// Makes one header of several `Cookie`, which a comma may not join ([RFC 9113, 8.2.3][crumbs]).
///
/// [crumbs]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3
pub(super) fn join_cookies(headers: &mut HeaderMap) {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies: Vec<_> = cookies.map(HeaderValue::as_bytes).collect();
    if cookies.len() > 1 {
        // Values of headers make one again.
        if let Ok(joined) = HeaderValue::from_bytes(&cookies.join(&b"; "[..])) {
            headers.insert(header::COOKIE, joined);
        }
    }
}

/// Removes a signature of AWS, which is the gateway's affair.
pub(super) fn remove_signature(headers: &mut HeaderMap) {
    let authorization = value_of(headers, header::AUTHORIZATION);
    if authorization.is_some_and(|value| value.starts_with("AWS4-")) {
        headers.remove(header::AUTHORIZATION);
    }
}

/// The cookies, each by itself.
pub(super) fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values: Vec<_> = headers.get_all(header::COOKIE).iter().map(text).collect();
    let pieces = values.iter().flat_map(|value| value.split(';'));
    pieces
        .map(|piece| piece.trim().to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}
