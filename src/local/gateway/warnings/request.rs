use bytes::Bytes;
use http::Request;

use super::super::limits::MAX_EVENT;
use super::super::{Gateway, Kind, Warning, media, query};

pub(super) fn warnings(gateway: &Gateway, request: &Request<Bytes>, event: &[u8]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warnings.extend(path(gateway.kind, request.uri().path()));
    if gateway.kind == Kind::Alb {
        headers(request, &mut warnings);
    }
    if matches!(gateway.kind, Kind::Alb | Kind::LatticeV1) {
        repeated(request.uri().query().unwrap_or_default(), &mut warnings);
    }
    warnings.extend(corrupted(gateway, request));
    warnings.extend(large(event.len(), request.body().len()));
    warnings
}

/// Escapes that mean something else, or nothing, once they are decoded.
fn path(kind: Kind, path: &str) -> Option<Warning> {
    if !matches!(kind, Kind::HttpApi | Kind::HttpApiV1) || !path.contains('%') {
        return None;
    }
    let warning = |what: &str| {
        let text = format!("the HTTP API decodes the path `{path}`: {what}");
        Some(Warning::new("path-decoded", text))
    };
    let upper = path.to_ascii_uppercase();
    if upper.contains("%2F") {
        warning("the app sees `%2F` as a slash between segments")
    } else if upper.contains("%3F") {
        warning("`%3F` ends it, and the app does not see what is after")
    } else if query::decode(path, false).contains(char::REPLACEMENT_CHARACTER) {
        warning("it is not UTF-8 then, and those bytes are lost")
    } else {
        None
    }
}

fn headers(request: &Request<Bytes>, warnings: &mut Vec<Warning>) {
    for name in request.headers().keys() {
        // Its values are joined.
        if name == "x-forwarded-for" {
            continue;
        }
        let count = request.headers().get_all(name).iter().count();
        if count > 1 {
            let text = format!(
                "the header `{name}` is there {count} times, and without multi-value headers the \
                 load balancer hands on the last"
            );
            warnings.push(Warning::new("request-header-lost", text));
        }
    }
}

fn repeated(query: &str, warnings: &mut Vec<Warning>) {
    for (name, values) in query::raw(query) {
        if values.len() > 1 {
            let count = values.len();
            let text = format!(
                "`{name}` is {count} times in the query, and the gateway hands on the last"
            );
            warnings.push(Warning::new("query-value-lost", text));
        }
    }
}

fn corrupted(gateway: &Gateway, request: &Request<Bytes>) -> Option<Warning> {
    let is_text = match gateway.kind {
        Kind::RestApi => !media::is_binary(&gateway.binary_media_types, request.headers()),
        Kind::WebSocket => true,
        _ => false,
    };
    if !is_text || std::str::from_utf8(request.body()).is_ok() {
        return None;
    }
    let text = "the body is not UTF-8, and the API takes it for text since none of its binary \
                media types is that of the request: the bytes that are no text are lost";
    Some(Warning::new("request-body-corrupted", text))
}

/// Nine tenths and more of what an event may have.
fn large(event: usize, body: usize) -> Option<Warning> {
    if event < MAX_EVENT / 10 * 9 {
        return None;
    }
    let text = format!(
        "the event has {event} bytes, of the {MAX_EVENT} that Lambda takes; the body in it has \
         {body} without base64 and escapes"
    );
    Some(Warning::new("event-large", text))
}
