//! [Application Load Balancer][alb], with [multi-value headers][multi] or without.
//!
//! Path and query are as the client wrote them, but for the order of the query. Without multi-value
//! headers the last value of each name is there. A reply is read in the mode of the target group,
//! and what is of the other is ignored. Whether the load balancer keeps headers whose names differ
//! by case only, as is done for more than one cookie, is not known; here they are kept. Nor is the
//! order of multiple values turned around, as one [report][order] of 2022 says.
//!
//! [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
//! [multi]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers
//! [order]: https://github.com/dougmoscrop/serverless-http/issues/244

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{Request, Response};

use super::account::{ACCOUNT_ID, REGION};
use super::body::written;
use super::headers::{grouped, last};
use super::json::Json;
use super::object::Object;
use super::reply::{self, append, no_text};
use super::{Arrival, Cause, Failure, Gateway, Kind, media, query};

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let is_text = media::is_text(request.headers())
        && !request.headers().contains_key(header::CONTENT_ENCODING);
    check(request, is_text)?;
    let headers = grouped(&arrival.forwarded(request.headers()));
    let query = query::raw(request.uri().query().unwrap_or_default());
    let body = written(request.body(), is_text);
    let mut event = Object::new();
    event.object("requestContext", |context| {
        context.object("elb", |elb| {
            let group = "targetgroup/local/0123456789abcdef";
            let arn = format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT_ID}:{group}");
            elb.text("targetGroupArn", arn);
        });
    });
    event.text("httpMethod", request.method().as_str());
    event.text("path", request.uri().path());
    if gateway.kind == Kind::AlbMultiValue {
        event.arrays("multiValueQueryStringParameters", &query);
        event.arrays("multiValueHeaders", &headers);
    } else {
        event.texts("queryStringParameters", &last(&query));
        event.texts("headers", &last(&headers));
    }
    event.text("body", &body.text);
    event.raw("isBase64Encoded", body.flag());
    Ok(event.finish())
}

/// Headers and text have to be UTF-8, and a WebSocket is no request ([source][requests]).
///
/// [requests]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
fn check(request: &Request<Bytes>, is_text: bool) -> Result<(), Failure> {
    let is_utf8 = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let bad = |reason: String| Err(Failure::new(Cause::BadRequest, reason));
    let mut headers = request.headers().iter();
    if let Some((name, _)) = headers.find(|(_, value)| !is_utf8(value.as_bytes())) {
        return bad(format!("the header `{name}` is not UTF-8"));
    }
    if is_text && !is_utf8(request.body()) {
        return bad("the body is said to be text, and is not UTF-8".to_owned());
    }
    if asks_for_websocket(request.headers()) {
        return bad("a load balancer opens no WebSocket to a function".to_owned());
    }
    Ok(())
}

fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

pub(super) fn parse(gateway: &Gateway, reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let json = reply::object(reply)?;
    let mut response = Response::new(reply::body(&json, true)?);
    *response.status_mut() = reply::status_or_refused(&json)?;
    let headers = response.headers_mut();
    if !matches!(
        json.get("statusDescription"),
        None | Some(Json::Null | Json::Text(_))
    ) {
        return Err(reply::refused(
            "the reply's `statusDescription` is no string",
        ));
    }
    let is_multi_value = gateway.kind == Kind::AlbMultiValue;
    let member = if is_multi_value {
        "multiValueHeaders"
    } else {
        "headers"
    };
    for (name, value) in reply::members(&json, member)? {
        let values = match value {
            Json::Array(values) if is_multi_value => values.as_slice(),
            value if !is_multi_value => std::slice::from_ref(value),
            _ => return Err(no_text(name)),
        };
        for value in values {
            let Json::Text(value) = value else {
                return Err(no_text(name));
            };
            append(headers, name, value)?;
        }
    }
    Ok(response)
}
