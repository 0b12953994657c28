//! Whether the contenders do the same work.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use liftgate::Lambda;
use serde_json::Value;

use crate::cases::Case;
use crate::contenders::{self, App, Input};

/// Panics unless every reply to the case's event is the case's response.
pub fn replies(case: &Case) {
    let reply = contenders::liftgate(&mut Lambda::new(App::default()), Input::new(case));
    reply_is_response("liftgate", &reply, case);
    if case.is_known_to_lambda_http {
        let reply = contenders::lambda_http(Input::new(case));
        reply_is_response("lambda_http", &reply, case);
    }
}

fn reply_is_response(contender: &str, reply: &[u8], case: &Case) {
    let name = case.name;
    let reply: Value = serde_json::from_slice(reply).unwrap();
    let status = case.response.status().as_u16();
    assert_eq!(reply["statusCode"], status, "{contender}, {name}");
    let text = reply["body"].as_str().unwrap();
    let body = match reply["isBase64Encoded"] {
        Value::Bool(true) => BASE64_STANDARD.decode(text).unwrap(),
        _ => text.into(),
    };
    // Not by assert_eq, which would print both.
    let is_same = body == *case.response.body();
    assert!(is_same, "{contender}, {name}: not the response's body");
}
