//! Media types, as the gateways look at them.

use http::header::{self, HeaderMap};

use super::headers::value_of;

/// Whether HTTP APIs, function URLs, load balancers and VPC Lattice take a body of this type for
/// text ([source][types]); one without a type is none.
///
/// [types]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer
pub(super) fn is_text(headers: &HeaderMap) -> bool {
    let Some(value) = value_of(headers, header::CONTENT_TYPE) else {
        return false;
    };
    let essence = essence(&value);
    let texts = [
        "application/javascript",
        "application/json",
        "application/xml",
    ];
    essence.starts_with("text/") || texts.contains(&essence.as_str())
}

/// Whether a REST API with these binary media types takes a request's body for binary.
pub(super) fn is_binary(types: &[String], headers: &HeaderMap) -> bool {
    let value = value_of(headers, header::CONTENT_TYPE).unwrap_or_default();
    matches(types, &essence(&value))
}

/// Whether a REST API with these binary media types decodes the base64 of a reply: it looks at
/// the first type that the client accepts, letter by letter, and not at the type of the response.
/// A wildcard stands for more at the right end of a binary media type, and nowhere else.
pub(super) fn accepts_binary(types: &[String], headers: &HeaderMap) -> bool {
    let value = headers.get(header::ACCEPT).map(super::headers::text);
    let value = value.unwrap_or_default();
    matches(types, &essence(value.split(',').next().unwrap_or_default()))
}

fn matches(types: &[String], essence: &str) -> bool {
    types.iter().any(|kind| match kind.split_once('/') {
        Some(("*", rest)) => rest == "*",
        Some((kind, "*")) => {
            let family = essence.split_once('/').map(|(family, _)| family);
            family.is_some_and(|family| family.eq_ignore_ascii_case(kind))
        }
        _ => kind.eq_ignore_ascii_case(essence),
    })
}

/// A media type without its parameters.
fn essence(value: &str) -> String {
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
