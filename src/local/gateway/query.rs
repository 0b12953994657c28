//! Queries, in the forms that events have: taken apart, in order of the names.

use std::collections::BTreeMap;

use super::headers::Multi;
use crate::source::wire::percent_decode;

/// The names and values as the client wrote them.
pub(super) fn raw(query: &str) -> Multi {
    apart(query, &['&'], str::to_owned)
}

/// The names and values decoded; `+` is a space.
pub(super) fn decoded(query: &str) -> Multi {
    apart(query, &['&'], |text| decode(text, true))
}

/// The same where a semicolon separates as well, as in a REST API ([source][notes]).
///
/// [notes]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
pub(super) fn decoded_by_rest(query: &str) -> Multi {
    apart(query, &['&', ';'], |text| decode(text, true))
}

/// Text without its escapes. What is no UTF-8 then cannot be in an event.
pub(super) fn decode(text: &str, plus_is_space: bool) -> String {
    let decoded = percent_decode(text.as_bytes(), plus_is_space);
    match String::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

fn apart(query: &str, separators: &[char], form: impl Fn(&str) -> String) -> Multi {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split(separators).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        names.entry(form(name)).or_default().push(form(value));
    }
    names.into_iter().collect()
}
