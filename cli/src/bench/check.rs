//! Whether the contenders do the same work.

use liftgate::Lambda;
use serde_json::Value;

use super::cases::Case;
use super::contenders::{self, App, Error, Input};

/// Whether liftgate's reply to the case's event is the case's response.
///
/// # Errors
///
/// If it is not.
pub fn liftgate(case: &Case) -> Result<(), Error> {
    let reply = contenders::liftgate(&mut Lambda::new(App::default()), Input::new(case))?;
    is_response(&reply, case)
}

/// Whether lambda_http's reply to the case's event is the case's response.
///
/// # Errors
///
/// If it is not, or lambda_http does not know the event.
#[cfg(feature = "lambda-http")]
pub fn lambda_http(case: &Case) -> Result<(), Error> {
    if !case.is_known_to_lambda_http {
        return Err("lambda_http does not know this kind of event".into());
    }
    is_response(
        &quietly(|| contenders::lambda_http(Input::new(case)))?,
        case,
    )
}

/// The output of something that panics on some events.
#[cfg(feature = "lambda-http")]
fn quietly<O>(run: impl FnOnce() -> Result<O, Error>) -> Result<O, Error> {
    use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let output = catch_unwind(AssertUnwindSafe(run));
    set_hook(hook);
    output.unwrap_or_else(|_| Err("a panic".into()))
}

fn is_response(reply: &[u8], case: &Case) -> Result<(), Error> {
    let reply: Value = serde_json::from_slice(reply)?;
    let status = case.response.status().as_u16();
    if reply["statusCode"] != status {
        return Err(format!("the reply's status is {}", reply["statusCode"]).into());
    }
    let text = reply["body"].as_str().unwrap_or_default();
    let body = match reply["isBase64Encoded"] {
        Value::Bool(true) => base64_simd::STANDARD.decode_to_vec(text)?,
        _ => text.into(),
    };
    let is_same = body == *case.response.body() || case.is_head && body.is_empty();
    is_same
        .then_some(())
        .ok_or_else(|| "the reply's body is not the response's".into())
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn liftgate_converts_every_case() {
        for case in cases::all("") {
            liftgate(&case).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        }
    }

    #[cfg(feature = "lambda-http")]
    #[test]
    fn lambda_http_converts_all_but_lattice_v1() {
        let is_quick = |case: &Case| case.event.len() < 2 << 20;
        for case in cases::all("").into_iter().filter(is_quick) {
            let is_converted = lambda_http(&case).is_ok();
            assert_eq!(is_converted, case.name != "get_lattice_v1", "{}", case.name);
        }
    }

    #[test]
    fn another_body_is_found_out() {
        let case = &cases::all("get_alb")[0];
        assert!(is_response(br#"{"statusCode":200,"body":"{}"}"#, case).is_err());
        assert!(is_response(br#"{"statusCode":404}"#, case).is_err());
        assert!(is_response(b"null", case).is_err());
    }
}
