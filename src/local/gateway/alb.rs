//! Application Load Balancer.

use bytes::Bytes;
use http::{Request, header};

use super::json::Object;
use super::pieces::{body, grouped, is_text_type, last, raw_query};
use super::{Arrival, Failure, Gateway, Kind};

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let headers = arrival.forwarded(request.headers());
    let query = raw_query(request.uri().query().unwrap_or_default());
    let mut event = Object::new();
    event.object("requestContext", |context| {
        context.object("elb", |elb| {
            let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/local/0123456789abcdef";
            elb.text("targetGroupArn", arn);
        });
    });
    event.text("httpMethod", request.method().as_str());
    event.text("path", request.uri().path());
    if gateway.kind == Kind::AlbMultiValue {
        event.arrays("multiValueQueryStringParameters", &query);
        event.arrays("multiValueHeaders", &grouped(&headers));
    } else {
        event.texts("queryStringParameters", &last(&query));
        event.texts("headers", &last(&grouped(&headers)));
    }
    let is_encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let is_text = is_text_type(request.headers()) && !is_encoded;
    body(
        &mut event,
        request.body(),
        is_text,
        Some("\"\""),
        "isBase64Encoded",
    );
    Ok(event.finish())
}
