//! What Lambda and the gateway know of a request, as headers for the app.

use std::env;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, request};
use liftgate::{Context, Event};
use serde_json::json;
use serde_json::value::RawValue;

use crate::ContextHeaders;

const REQUEST_CONTEXT: HeaderName = HeaderName::from_static("x-amzn-request-context");
const LAMBDA_CONTEXT: HeaderName = HeaderName::from_static("x-amzn-lambda-context");
const TENANT_ID: HeaderName = HeaderName::from_static("x-amz-tenant-id");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// What the context of an invocation has in bytes, as a rule, without the function.
const USUAL_LEN: usize = 512;

/// What the environment says of the function.
#[derive(Debug)]
pub(super) struct Function(Box<RawValue>);

impl Function {
    pub(super) fn from_env() -> Self {
        let of = |name: &str| env::var(name).unwrap_or_default();
        let memory: u32 = of("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").parse().unwrap_or(0);
        let json = json!({
            "function_name": of("AWS_LAMBDA_FUNCTION_NAME"),
            "memory": memory,
            "version": of("AWS_LAMBDA_FUNCTION_VERSION"),
            "log_stream": of("AWS_LAMBDA_LOG_STREAM_NAME"),
            "log_group": of("AWS_LAMBDA_LOG_GROUP_NAME"),
        });
        Function(serde_json::value::to_raw_value(&json).unwrap_or_default())
    }
}

/// Sets those headers that the app is to have, and removes those that the client sent.
pub(super) fn tell(head: &mut request::Parts, wanted: &ContextHeaders, function: &Function) {
    let event = head.extensions.remove::<Event>();
    let context = head.extensions.remove::<Context>();
    let headers = &mut head.headers;
    remove_forged(headers);
    let mut set = |name: HeaderName, value: Option<Bytes>| {
        let Some(value) = value else { return };
        let len = value.len();
        if len > wanted.max_bytes {
            let max = wanted.max_bytes;
            return tracing::warn!(
                "{name} is not sent: it has {len} bytes, and \
                 LIFTGATE_CONTEXT_HEADER_MAX_BYTES is {max}"
            );
        }
        match HeaderValue::from_maybe_shared(value) {
            Ok(value) => drop(headers.insert(name, value)),
            Err(_) => tracing::warn!("{name} is not sent: it has control characters"),
        }
    };
    if wanted.request_context {
        let json = event.and_then(|event| event.get_json(&["requestContext"]).ok()?);
        set(REQUEST_CONTEXT, json.map(header_json));
    }
    let Some(context) = context else { return };
    if wanted.lambda_context {
        let json = lambda_context(&context, function);
        set(LAMBDA_CONTEXT, Some(header_json(json)));
    }
    if wanted.tenant_id {
        let id = context.tenant_id();
        set(
            TENANT_ID,
            id.map(|id| Bytes::copy_from_slice(id.as_bytes())),
        );
    }
    if wanted.trace_id {
        let id = context.trace_id();
        set(TRACE_ID, id.map(|id| Bytes::copy_from_slice(id.as_bytes())));
    }
}

/// Removes what a client may have sent by these names, also if it has written `_` for `-`: what the app
/// gets by CGI or WSGI does not tell them apart ([RFC 3875]). The trace is the gateway's.
///
/// [RFC 3875]: https://www.rfc-editor.org/rfc/rfc3875.html#section-4.1.18
fn remove_forged(headers: &mut HeaderMap) {
    let ours = [REQUEST_CONTEXT, LAMBDA_CONTEXT, TENANT_ID, TRACE_ID];
    let is_forged = |name: &&HeaderName| {
        let text = name.as_str();
        // As few begin.
        text.starts_with('x')
            && ours.iter().any(|ours| is_read_as(text, ours.as_str()))
            && **name != TRACE_ID
    };
    let forged: Vec<_> = headers.keys().filter(is_forged).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
}

fn is_read_as(name: &str, other: &str) -> bool {
    let is_dash = |byte: u8| matches!(byte, b'-' | b'_');
    name.len() == other.len()
        && name
            .bytes()
            .zip(other.bytes())
            .all(|(a, b)| a == b || is_dash(a) && is_dash(b))
}

/// The context of the invocation, in the members that the Rust runtime's `Context` has, which is what
/// AWS Lambda Web Adapter sends.
fn lambda_context(context: &Context, function: &Function) -> Bytes {
    let raw = |name: &str| -> Option<&RawValue> {
        serde_json::from_slice(context.headers().get(name)?.as_bytes()).ok()
    };
    let mut json = Vec::with_capacity(USUAL_LEN + function.0.get().len());
    json.extend_from_slice(b"{\"request_id\":");
    string(&mut json, Some(context.request_id()));
    json.extend_from_slice(b",\"deadline\":");
    let deadline = context.deadline_ms().unwrap_or_default();
    json.extend_from_slice(deadline.to_string().as_bytes());
    json.extend_from_slice(b",\"invoked_function_arn\":");
    let arn = context.invoked_function_arn().unwrap_or_default();
    string(&mut json, Some(arn));
    for (name, value) in [
        ("xray_trace_id", context.trace_id()),
        ("tenant_id", context.tenant_id()),
    ] {
        member(&mut json, name);
        string(&mut json, value);
    }
    for (name, value) in [
        ("client_context", raw("lambda-runtime-client-context")),
        ("identity", raw("lambda-runtime-cognito-identity")),
        ("env_config", Some(&*function.0)),
    ] {
        member(&mut json, name);
        json.extend_from_slice(value.map_or("null", RawValue::get).as_bytes());
    }
    json.push(b'}');
    json.into()
}

fn member(json: &mut Vec<u8>, name: &str) {
    json.extend_from_slice(b",\"");
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

fn string(json: &mut Vec<u8>, text: Option<&str>) {
    // To the end in any case, many bytes at a time.
    let is_plain = |text: &str| {
        let is_plain = |byte| !matches!(byte, b'"' | b'\\' | ..b' ');
        text.bytes().fold(true, |all, byte| all & is_plain(byte))
    };
    match text {
        None => json.extend_from_slice(b"null"),
        // As nearly all are.
        Some(text) if is_plain(text) => {
            json.push(b'"');
            json.extend_from_slice(text.as_bytes());
            json.push(b'"');
        }
        Some(text) => json.extend_from_slice(serde_json::json!(text).to_string().as_bytes()),
    }
}

/// JSON that every server takes for a header's value: without line breaks, and in ASCII. It means the
/// same.
fn header_json(json: Bytes) -> Bytes {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    // To the end in any case, many bytes at a time.
    if json.iter().fold(true, |all, byte| all & is_plain(byte)) {
        return json;
    }
    let mut written = String::with_capacity(json.len() + 64);
    for char in String::from_utf8_lossy(&json).chars() {
        match char {
            ' '..='~' => written.push(char),
            // Between values only: in a string they are escaped.
            '\t' | '\n' | '\r' => {}
            char => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    written.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    written.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_header_is_ascii_and_means_the_same() {
        let json = "{\n\t\"a b\": \"é😀\\n \u{7f}\",\r\n \"n\": 1.10}";
        let written = header_json(Bytes::from(json));
        assert!(written.iter().all(|byte| matches!(byte, b' '..=b'~')));
        let parse = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).unwrap();
        assert_eq!(parse(&written), parse(json.as_bytes()));
        assert!(written.ends_with(b"1.10}"));
        let plain = Bytes::from("{\"a\":1}");
        assert_eq!(header_json(plain.clone()).as_ptr(), plain.as_ptr());
    }
}
