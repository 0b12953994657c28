//! How the gateways really behave, a test for each fact.

mod alb;
mod authorizers;
mod front_doors;
mod function_url;
mod gateway;
mod http_api;
mod http_api_v1;
mod lattice;
mod rest_api;
mod websocket;

use http::Response;
use serde_json::Value;

/// A JSON object laid over another, member by member.
fn with(base: &str, changes: Value) -> String {
    let mut event: Value = serde_json::from_str(base).unwrap();
    merge(&mut event, changes);
    event.to_string()
}

fn merge(into: &mut Value, changes: Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (key, value) in changes {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, changes) => *into = changes,
    }
}

/// A response with two cookies and a header of two values.
fn repeated() -> Response<&'static str> {
    Response::builder()
        .header("content-type", "text/plain")
        .header("vary", "accept")
        .header("vary", "origin")
        .header("set-cookie", "a=1; Path=/")
        .header("set-cookie", "b=2")
        .body("hi")
        .unwrap()
}
