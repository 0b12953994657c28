//! What a gateway answers by itself: status, body and headers of each kind and cause.
//!
//! The spelling of the bodies, spaces included, is that of captures where there is one. What no
//! capture and no documentation tells is marked as a guess.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SERVER};
use http::{Response, StatusCode};

use super::response::JSON;
use super::{Cause, Failure, Gateway, Kind};

/// A row of a table.
struct Answer {
    status: u16,
    content_type: &'static str,
    body: Cow<'static, str>,
    /// `x-amzn-errortype`
    error_type: Option<&'static str>,
}

const TEXT: &str = "text/plain";
const INTERNAL: &str = "InternalServerErrorException";

impl Gateway {
    /// What the gateway answers by itself.
    pub fn respond_to(&self, failure: &Failure) -> Response<Bytes> {
        let cause = failure.cause();
        let answer = match self.kind {
            // A stream that is none is no bad gateway.
            Kind::RestApi if cause == Cause::InvalidReply && self.is_streaming() => {
                rest_api(Cause::InvalidBase64)
            }
            Kind::RestApi | Kind::WebSocket => rest_api(cause),
            Kind::HttpApi | Kind::HttpApiV1 => http_api(cause),
            Kind::FunctionUrl => function_url(cause),
            Kind::Alb | Kind::AlbMultiValue => alb(cause),
            Kind::Lattice | Kind::LatticeV1 => lattice(cause),
        };
        let mut response = Response::new(Bytes::from(answer.body.into_owned()));
        if let Ok(status) = StatusCode::from_u16(answer.status) {
            *response.status_mut() = status;
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
        if let Some(error_type) = answer.error_type {
            let error_type = HeaderValue::from_static(error_type);
            headers.insert("x-amzn-errortype", error_type);
        }
        if matches!(self.kind, Kind::Alb | Kind::AlbMultiValue) {
            headers.insert(SERVER, HeaderValue::from_static("awselb/2.0"));
        }
        response
    }
}

/// What fails behind the API has a space after the colon, and what fails before it has none.
///
/// Captures: [a function's error][502] is 502, as is its own timeout; [a throttled function][429]
/// is 500; the recording of [binary replies][base64] has 500 for what is no base64. The limit on
/// heads and the answer to a bad request are guesses, but for the words of the former.
///
/// [502]: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
/// [429]: https://repost.aws/questions/QUL-z6rJbmR4meafB7MzYXxw
/// [base64]: https://github.com/localstack/localstack/blob/master/tests/aws/services/apigateway/test_apigateway_lambda.py
fn rest_api(cause: Cause) -> Answer {
    let internal = r#"{"message": "Internal server error"}"#;
    match cause {
        Cause::BadRequest => json(
            400,
            r#"{"message":"Bad Request"}"#,
            Some("BadRequestException"),
        ),
        Cause::NotFound => json(
            403,
            r#"{"message":"Forbidden"}"#,
            Some("ForbiddenException"),
        ),
        Cause::RequestTooLarge => text(413, "HTTP content length exceeded 10485760 bytes."),
        Cause::EventTooLarge => {
            let too_long = r#"{"message": "Request Too Long"}"#;
            json(413, too_long, Some("RequestTooLargeException"))
        }
        Cause::HeadersTooLarge => text(431, "HTTP header is larger than 10240 bytes."),
        Cause::GatewayTimeout => {
            let timed_out = r#"{"message": "Endpoint request timed out"}"#;
            json(504, timed_out, Some(INTERNAL))
        }
        Cause::Throttled | Cause::InvalidBase64 => json(500, internal, Some(INTERNAL)),
        Cause::Function | Cause::FunctionTimeout | Cause::InvalidReply | Cause::ReplyTooLarge => {
            json(502, internal, Some(INTERNAL))
        }
    }
}

/// [Its own timeout][503] is 503, as is a throttled function; a function's error, its own timeout
/// included, is 500 ([source][500]). The answers to what is too large are guesses, and so is that
/// to a bad request.
///
/// [503]: https://github.com/cortexlabs/cortex/issues/1225
/// [500]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
fn http_api(cause: Cause) -> Answer {
    match cause {
        Cause::BadRequest => json(400, r#"{"message":"Bad Request"}"#, None),
        Cause::NotFound => json(404, r#"{"message":"Not Found"}"#, None),
        Cause::RequestTooLarge | Cause::EventTooLarge => {
            json(413, r#"{"message":"Request Entity Too Large"}"#, None)
        }
        Cause::HeadersTooLarge => json(
            431,
            r#"{"message":"Request Header Fields Too Large"}"#,
            None,
        ),
        Cause::GatewayTimeout | Cause::Throttled => {
            json(503, r#"{"message":"Service Unavailable"}"#, None)
        }
        Cause::Function
        | Cause::FunctionTimeout
        | Cause::InvalidReply
        | Cause::InvalidBase64
        | Cause::ReplyTooLarge => json(500, r#"{"message":"Internal Server Error"}"#, None),
    }
}

/// [A function's error][502] is plain text; its media type is a guess, as are the answers to a bad
/// request and to a head that is too large.
///
/// [502]: https://github.com/localstack/localstack/blob/master/tests/aws/services/lambda_/test_lambda.py
fn function_url(cause: Cause) -> Answer {
    match cause {
        Cause::BadRequest => json(
            400,
            r#"{"message":"Bad Request"}"#,
            Some("BadRequestException"),
        ),
        Cause::NotFound => json(403, r#"{"Message":null}"#, Some("AccessDeniedException")),
        Cause::RequestTooLarge | Cause::EventTooLarge => {
            let message = r#"{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}"#;
            json(413, message, Some("RequestEntityTooLargeException"))
        }
        Cause::HeadersTooLarge => json(431, r#"{"Message":null}"#, None),
        Cause::Throttled => {
            let reason = r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#;
            json(429, reason, Some("TooManyRequestsException"))
        }
        Cause::Function
        | Cause::FunctionTimeout
        | Cause::GatewayTimeout
        | Cause::InvalidReply
        | Cause::InvalidBase64
        | Cause::ReplyTooLarge => json(502, "Internal Server Error", None),
    }
}

/// The [statuses][alb] are documented, and the pages of 400 and 502 are captured.
///
/// [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
fn alb(cause: Cause) -> Answer {
    let (status, title) = match cause {
        Cause::BadRequest | Cause::HeadersTooLarge => (400, "400 Bad Request"),
        Cause::RequestTooLarge | Cause::EventTooLarge => (413, "413 Request Entity Too Large"),
        Cause::GatewayTimeout => (504, "504 Gateway Time-out"),
        Cause::NotFound => (503, "503 Service Temporarily Unavailable"),
        Cause::Function
        | Cause::FunctionTimeout
        | Cause::InvalidReply
        | Cause::InvalidBase64
        | Cause::ReplyTooLarge
        | Cause::Throttled => (502, "502 Bad Gateway"),
    };
    let lines = [
        "<html>".to_owned(),
        format!("<head><title>{title}</title></head>"),
        "<body>".to_owned(),
        format!("<center><h1>{title}</h1></center>"),
        "</body>".to_owned(),
        "</html>".to_owned(),
        String::new(),
    ];
    Answer {
        status,
        content_type: "text/html",
        body: lines.join("\r\n").into(),
        error_type: None,
    }
}

/// Nothing is documented or captured; all of it is a guess.
fn lattice(cause: Cause) -> Answer {
    match cause {
        Cause::BadRequest => text(400, "Bad Request"),
        Cause::NotFound => text(404, "Not Found"),
        Cause::RequestTooLarge | Cause::EventTooLarge => text(413, "Payload Too Large"),
        Cause::HeadersTooLarge => text(431, "Request Header Fields Too Large"),
        Cause::GatewayTimeout => text(504, "Gateway Timeout"),
        Cause::Throttled => text(503, "Service Unavailable"),
        Cause::Function
        | Cause::FunctionTimeout
        | Cause::InvalidReply
        | Cause::InvalidBase64
        | Cause::ReplyTooLarge => text(502, "Bad Gateway"),
    }
}

fn json(status: u16, body: &'static str, error_type: Option<&'static str>) -> Answer {
    Answer {
        status,
        content_type: JSON,
        body: body.into(),
        error_type,
    }
}

fn text(status: u16, body: &'static str) -> Answer {
    Answer {
        status,
        content_type: TEXT,
        body: body.into(),
        error_type: None,
    }
}
