//! What each gateway answers by itself, byte for byte.

use liftgate::local::{Cause, Failure, Gateway, Kind};

/// Status, length of the body, and error type.
fn answer(kind: Kind, cause: Cause) -> (u16, String, Option<String>) {
    let response = Gateway::new(kind).respond_to(&Failure::new(cause, "x"));
    let error_type = response.headers().get("x-amzn-errortype");
    let error_type = error_type.map(|value| value.to_str().unwrap().to_owned());
    let body = std::str::from_utf8(response.body()).unwrap().to_owned();
    (response.status().as_u16(), body, error_type)
}

#[test]
fn rest_api() {
    let internal = Some("InternalServerErrorException".to_owned());
    let error = r#"{"message": "Internal server error"}"#.to_owned();
    for cause in [Cause::Function, Cause::FunctionTimeout, Cause::InvalidReply] {
        let expected = (502, error.clone(), internal.clone());
        assert_eq!(answer(Kind::RestApi, cause), expected);
    }
    let throttled = (500, error, internal.clone());
    assert_eq!(answer(Kind::RestApi, Cause::Throttled), throttled);
    let timed_out = r#"{"message": "Endpoint request timed out"}"#.to_owned();
    assert_eq!(
        answer(Kind::RestApi, Cause::GatewayTimeout),
        (504, timed_out, internal)
    );
    let forbidden = r#"{"message":"Forbidden"}"#.to_owned();
    let outside = (403, forbidden, Some("ForbiddenException".to_owned()));
    assert_eq!(answer(Kind::RestApi, Cause::NotFound), outside);
    let (status, body, _) = answer(Kind::RestApi, Cause::RequestTooLarge);
    assert_eq!(
        (status, &*body),
        (413, "HTTP content length exceeded 10485760 bytes.")
    );
    let (status, body, _) = answer(Kind::RestApi, Cause::EventTooLarge);
    assert_eq!(
        (status, &*body),
        (413, r#"{"message": "Request Too Long"}"#)
    );
}

#[test]
fn http_api() {
    for kind in [Kind::HttpApi, Kind::HttpApiV1] {
        for (cause, status, body) in [
            (
                Cause::Function,
                500,
                r#"{"message":"Internal Server Error"}"#,
            ),
            (
                Cause::InvalidReply,
                500,
                r#"{"message":"Internal Server Error"}"#,
            ),
            (
                Cause::GatewayTimeout,
                503,
                r#"{"message":"Service Unavailable"}"#,
            ),
            (
                Cause::Throttled,
                503,
                r#"{"message":"Service Unavailable"}"#,
            ),
            (Cause::NotFound, 404, r#"{"message":"Not Found"}"#),
        ] {
            assert_eq!(answer(kind, cause), (status, body.to_owned(), None));
        }
    }
}

#[test]
fn function_url() {
    let failed = (502, "Internal Server Error".to_owned(), None);
    assert_eq!(answer(Kind::FunctionUrl, Cause::Function), failed);
    let (status, body, kind) = answer(Kind::FunctionUrl, Cause::Throttled);
    assert_eq!(
        (status, kind.as_deref()),
        (429, Some("TooManyRequestsException"))
    );
    assert!(body.ends_with(r#""message":"Rate Exceeded."}"#));
    let (status, body, _) = answer(Kind::FunctionUrl, Cause::EventTooLarge);
    assert!(status == 413 && body.contains("6291456"));
}

#[test]
fn load_balancers() {
    for kind in [Kind::Alb, Kind::AlbMultiValue] {
        for (cause, status, len) in [
            (Cause::Function, 502, 122),
            (Cause::Throttled, 502, 122),
            (Cause::ReplyTooLarge, 502, 122),
            (Cause::BadRequest, 400, 122),
            (Cause::HeadersTooLarge, 400, 122),
            (Cause::RequestTooLarge, 413, 148),
            (Cause::GatewayTimeout, 504, 132),
        ] {
            let (got, body, _) = answer(kind, cause);
            assert_eq!((got, body.len()), (status, len), "{cause:?}");
        }
    }
    let response = Gateway::new(Kind::Alb).respond_to(&Failure::new(Cause::Function, "x"));
    assert_eq!(response.headers()["server"], "awselb/2.0");
    assert_eq!(response.headers()["content-type"], "text/html");
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
    assert_eq!(response.body(), page);
}

#[test]
fn a_function_that_fails_is_no_success_anywhere() {
    for kind in Kind::ALL {
        assert!(answer(kind, Cause::Function).0 >= 500, "{kind}");
        assert_eq!(answer(kind, Cause::RequestTooLarge).0, 413, "{kind}");
    }
}
