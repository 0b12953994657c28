use bytes::Bytes;
use http::Request;

use super::super::json::Json;
use super::super::reply;
use super::super::response::renamed;
use super::super::{Gateway, Kind, Warning, media};

pub(super) fn warnings(gateway: &Gateway, request: &Request<Bytes>, reply: &[u8]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    // What is no reply is refused, or handed on as it is.
    let Some(json) = Json::read(reply).ok().filter(|_| !gateway.is_streaming()) else {
        return warnings;
    };
    let (read, ignored) = match gateway.kind {
        Kind::RestApi | Kind::HttpApiV1 | Kind::WebSocket => {
            (&["multiValueHeaders", "headers"][..], None)
        }
        Kind::AlbMultiValue => (&["multiValueHeaders"][..], Some("headers")),
        _ => (&["headers"][..], Some("multiValueHeaders")),
    };
    // What is no headers is refused.
    let members = |key: &str| reply::members(&json, key).unwrap_or_default();
    for (name, value) in read.iter().flat_map(|key| members(key)) {
        rewritten(gateway, name, &mut warnings);
        printed(gateway.kind, name, value, &mut warnings);
    }
    let ignored = ignored.map(members).unwrap_or_default();
    let others = members(read[0]);
    for (name, value) in ignored {
        lost(name, value, &others, &mut warnings);
    }
    cookies(gateway.kind, &members("headers"), &mut warnings);
    warnings.extend(base64(gateway, request, &json));
    warnings
}

fn rewritten(gateway: &Gateway, name: &str, warnings: &mut Vec<Warning>) {
    let rewrites = gateway.kind.rewrites();
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if rewrites.renamed.iter().copied().any(is) {
        let renamed = renamed(&name.to_ascii_lowercase());
        let text = format!("the client gets the header `{name}` as `{renamed}`");
        warnings.push(Warning::new("response-header-renamed", text));
    } else if rewrites.dropped().any(is) {
        let text = format!("the client does not get the header `{name}`");
        warnings.push(Warning::new("response-header-lost", text));
    }
}

fn printed(kind: Kind, name: &str, value: &Json, warnings: &mut Vec<Warning>) {
    if kind == Kind::FunctionUrl && matches!(value, Json::Array(_) | Json::Object(_)) {
        let text = format!("the header `{name}` is no string, and the client gets `{value}`");
        warnings.push(Warning::new("response-header-printed", text));
    }
}

/// A header of the object that the gateway does not read, where the other has less than it.
fn lost(name: &str, value: &Json, read: &[(&str, &Json)], warnings: &mut Vec<Warning>) {
    let mut others = read.iter();
    let other = others.find(|(other, _)| other.eq_ignore_ascii_case(name));
    let count = value.elements().len().max(1);
    match other {
        Some(_) if count == 1 => return,
        Some((_, Json::Array(values))) if values.len() >= count => return,
        Some((_, Json::Text(joined))) if is_in(value, joined) => return,
        _ => {}
    }
    let is_cookie = name.eq_ignore_ascii_case("set-cookie");
    let code = if is_cookie {
        "cookie-lost"
    } else {
        "response-header-lost"
    };
    let text = match other {
        Some(_) => format!("the header `{name}` has {count} values, and the client gets one"),
        None => format!("the gateway does not read the object that the header `{name}` is in"),
    };
    warnings.push(Warning::new(code, text));
}

/// Whether all values of an array are in the text that they are joined to.
fn is_in(values: &Json, joined: &str) -> bool {
    let mut values = values.elements().iter();
    values.all(|value| joined.contains(&value.to_string()))
}

/// Cookies that are joined, and those that hide behind the case of a name.
fn cookies(kind: Kind, headers: &[(&str, &Json)], warnings: &mut Vec<Warning>) {
    let cookies = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let values: Vec<_> = cookies.map(|(_, value)| *value).collect();
    let is_joined = |value: &&&Json| matches!(value, Json::Text(text) if is_several(text));
    if let Some(value) = values.iter().find(is_joined) {
        let text = format!("`Set-Cookie: {value}` is one cookie for a browser");
        warnings.push(Warning::new("cookie-lost", text));
    }
    if values.len() > 1 && kind == Kind::Alb {
        let text = "more than one cookie goes by spellings of `Set-Cookie`, and nobody knows \
                    whether the load balancer hands on more than one: turn on its multi-value \
                    headers";
        warnings.push(Warning::new("cookie-lost", text));
    }
}

/// Whether a comma is followed by a name and a value, as those of a date are not.
fn is_several(cookie: &str) -> bool {
    let mut after = cookie.split(',').skip(1);
    after.any(|rest| {
        let pair = rest.split(';').next().unwrap_or_default();
        let name = pair.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| !name.is_empty() && !name.contains(' '))
    })
}

fn base64(gateway: &Gateway, request: &Request<Bytes>, json: &Json) -> Option<Warning> {
    let is_base64 = json.get("isBase64Encoded") == Some(&Json::Bool(true));
    let has_body = matches!(json.get("body"), Some(Json::Text(body)) if !body.is_empty());
    let is_rest = gateway.kind == Kind::RestApi;
    let types = &gateway.binary_media_types;
    if !is_rest || !is_base64 || !has_body || media::accepts_binary(types, request.headers()) {
        return None;
    }
    let text = "the client gets the body's base64 as text: the first media type that it accepts \
                is none of the API's binary media types (`Gateway::binary_media_types`, or \
                `--binary-media-type`)";
    Some(Warning::new("response-base64-kept", text))
}
