//! Replies, spelled so that those that say the same are the same.

use base64_simd::STANDARD;
use serde_json::{Map, Value, json};

/// What ends a prelude.
const END_OF_PRELUDE: &[u8] = &[0; 8];

/// A reply, or why there is none.
pub(super) fn comparable(reply: Result<Vec<u8>, String>) -> Value {
    let reply = match reply {
        Ok(reply) => reply,
        // The id of an invocation, and what the program wrote on its way, is not the reason.
        Err(failure) => return json!({"failure": reason(&failure)}),
    };
    let mut windows = reply.windows(END_OF_PRELUDE.len());
    if let Some(end) = windows.position(|window| window == END_OF_PRELUDE) {
        let body = &reply[end + END_OF_PRELUDE.len()..];
        if let Ok(Value::Object(prelude)) = serde_json::from_slice(&reply[..end]) {
            return http(prelude, Some(body));
        }
    }
    match serde_json::from_slice(&reply) {
        Ok(Value::Object(reply)) if reply.contains_key("statusCode") => http(reply, None),
        Ok(json) => json,
        Err(_) => bytes(&reply),
    }
}

fn reason(failure: &str) -> &str {
    let line = failure.lines().next().unwrap_or_default();
    match line.split_once(' ') {
        Some((id, rest)) if id.len() == 36 && rest.starts_with("Task timed out") => rest,
        _ => line,
    }
}

/// A reply that is a response: headers by their names in lower case, however they are written, and
/// the body as it is delivered.
fn http(mut reply: Map<String, Value>, streamed: Option<&[u8]>) -> Value {
    let is_base64 = reply.remove("isBase64Encoded") == Some(Value::Bool(true));
    let mut headers = Map::new();
    // Where a gateway takes both, the values in the one go before the value in the other.
    for member in ["multiValueHeaders", "headers"] {
        let Some(Value::Object(members)) = reply.remove(member) else {
            continue;
        };
        for (name, value) in members {
            let name = name.to_ascii_lowercase();
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            let known = headers.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(known) = known {
                let new = values.into_iter().filter(|value| !known.contains(value));
                known.extend(new.collect::<Vec<_>>());
            }
        }
    }
    for values in headers.values_mut() {
        if let Value::Array(several) = values
            && let [value] = &mut several[..]
        {
            *values = value.take();
        }
    }
    let body = match (streamed, reply.remove("body")) {
        (Some(streamed), _) => body(streamed),
        (None, Some(Value::String(text))) if is_base64 => match STANDARD.decode_to_vec(&text) {
            Ok(decoded) => body(&decoded),
            Err(_) => json!({"not base64": text}),
        },
        (None, Some(Value::String(text))) => body(text.as_bytes()),
        (None, other) => other.unwrap_or_default(),
    };
    reply.insert("headers".to_owned(), Value::Object(headers));
    reply.insert("body".to_owned(), body);
    Value::Object(reply)
}

/// A body by its members, if it has any: order and spaces say nothing.
fn body(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => json,
        _ if body.is_empty() => Value::Null,
        _ => bytes(body),
    }
}

fn bytes(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({"base64": STANDARD.encode_to_string(bytes)}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Value {
        comparable(Ok(text.as_bytes().to_vec()))
    }

    #[test]
    fn what_says_the_same_is_the_same() {
        let one =
            r#"{"statusCode":200,"headers":{"X-A":"1","b":"2"},"body":"{\"a\":1, \"b\":[]}"}"#;
        let same = r#"{"body":"eyJiIjpbXSwiYSI6MX0=","isBase64Encoded":true,"statusCode":200,
            "multiValueHeaders":{"x-a":["1"],"B":["2"]},"headers":{"x-a":"1"}}"#;
        assert_eq!(reply(one), reply(same));
        let streamed = "{\"statusCode\":200,\"headers\":{\"x-a\":\"1\",\"b\":\"2\"}}\0\0\0\0\0\0\0\0{\"b\":[],\"a\":1}";
        assert_eq!(reply(one), reply(streamed));
        assert_eq!(
            reply(r#"{"statusCode":204,"body":""}"#),
            reply(r#"{"statusCode":204}"#)
        );
    }

    #[test]
    fn what_does_not_is_not() {
        let with = |body: &str| reply(&json!({"statusCode": 200, "body": body}).to_string());
        assert_ne!(with("1"), with("1.0"));
        assert_ne!(with("a"), with("b"));
        assert_ne!(
            reply(r#"{"statusCode":200,"multiValueHeaders":{"a":["1","2"]}}"#),
            reply(r#"{"statusCode":200,"multiValueHeaders":{"a":["2","1"]}}"#)
        );
        assert_ne!(comparable(Err("oops".to_owned())), reply("\"oops\""));
    }

    #[test]
    fn a_failure_is_told_by_its_reason() {
        let id = "e9b3a7d2-5f67-4e2e-a8f4-4a6e4f1a2b3c";
        let failure = |text: String| comparable(Err(text));
        let timeout = failure(format!("{id} Task timed out after 3.00 seconds"));
        assert_eq!(
            timeout,
            json!({"failure": "Task timed out after 3.00 seconds"})
        );
        let exit = failure("Runtime exited\nTraceback\n".to_owned());
        assert_eq!(exit, json!({"failure": "Runtime exited"}));
    }
}
