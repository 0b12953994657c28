//! VPC Lattice.

use bytes::Bytes;
use http::Request;

use super::json::Object;
use super::pieces::{body, grouped, is_text_type, joined, last, raw_query};
use super::{Arrival, Failure};

pub(super) fn render(request: &Request<Bytes>, arrival: &Arrival) -> Result<Vec<u8>, Failure> {
    let mut event = Object::new();
    event.text("version", "2.0");
    event.text("path", request.uri().path());
    event.text("method", request.method().as_str());
    event.arrays(
        "headers",
        &grouped(&arrival.forwarded_for(request.headers())),
    );
    let query = raw_query(request.uri().query().unwrap_or_default());
    if !query.is_empty() {
        event.arrays("queryStringParameters", &query);
    }
    let is_text = is_text_type(request.headers());
    body(
        &mut event,
        request.body(),
        is_text,
        Some("null"),
        "isBase64Encoded",
    );
    event.object("requestContext", |context| {
        let arn = |what: &str| format!("arn:aws:vpc-lattice:us-east-1:123456789012:{what}");
        context.text("serviceNetworkArn", arn("servicenetwork/sn-local"));
        context.text("serviceArn", arn("service/svc-local"));
        context.text("targetGroupArn", arn("targetgroup/tg-local"));
        context.text("region", "us-east-1");
        context.text("timeEpoch", (arrival.time_ms() * 1000).to_string());
    });
    Ok(event.finish())
}

pub(super) fn render_v1(request: &Request<Bytes>, arrival: &Arrival) -> Result<Vec<u8>, Failure> {
    let mut event = Object::new();
    event.text("raw_path", request.uri().path());
    event.text("method", request.method().as_str());
    event.texts(
        "headers",
        &joined(&arrival.forwarded_for(request.headers()), b", "),
    );
    let query = raw_query(request.uri().query().unwrap_or_default());
    event.texts("query_string_parameters", &last(&query));
    let is_text = is_text_type(request.headers());
    body(
        &mut event,
        request.body(),
        is_text,
        Some("\"\""),
        "is_base64_encoded",
    );
    Ok(event.finish())
}
