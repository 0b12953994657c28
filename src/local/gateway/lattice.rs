//! [VPC Lattice][lattice], event structures V2 and V1.
//!
//! Path and query are as the client wrote them, but for the order of the query. V2 has arrays of
//! values; V1 joins those of headers, and has the last of the query's. The client's address is the
//! only thing that is added. Several values of a header in a reply are not documented: an array is
//! taken for them, and names that differ by case only are.
//!
//! [lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Request, Response};

use super::account::{ACCOUNT_ID, REGION};
use super::body::written;
use super::headers::{grouped, joined, last};
use super::object::Object;
use super::reply::{self, append};
use super::{Arrival, Failure, media, query};

/// What only the gateway says.
const IDENTITY: [&str; 4] = [
    "x-amzn-lattice-identity",
    "x-amzn-lattice-identity-tags",
    "x-amzn-lattice-network",
    "x-amzn-lattice-target",
];

pub(super) fn render(request: &Request<Bytes>, arrival: &Arrival) -> Vec<u8> {
    let query = query::raw(request.uri().query().unwrap_or_default());
    let body = written(request.body(), media::is_text(request.headers()));
    let mut event = Object::new();
    event.text("version", "2.0");
    event.text("path", request.uri().path());
    event.text("method", request.method().as_str());
    event.arrays("headers", &grouped(&headers(request, arrival)));
    if !query.is_empty() {
        event.arrays("queryStringParameters", &query);
    }
    event.text_or_null("body", body.some());
    if body.is_base64 {
        event.raw("isBase64Encoded", "true");
    }
    event.object("requestContext", |context| {
        let arn = |what: &str| format!("arn:aws:vpc-lattice:{REGION}:{ACCOUNT_ID}:{what}");
        context.text(
            "serviceNetworkArn",
            arn("servicenetwork/sn-0123456789abcdef0"),
        );
        context.text("serviceArn", arn("service/svc-0123456789abcdef0"));
        context.text("targetGroupArn", arn("targetgroup/tg-0123456789abcdef0"));
        context.object("identity", |identity| {
            let vpc = "vpc/vpc-0123456789abcdef0";
            identity.text(
                "sourceVpcArn",
                format!("arn:aws:ec2:{REGION}:{ACCOUNT_ID}:{vpc}"),
            );
        });
        context.text("region", REGION);
        context.text("timeEpoch", arrival.time.as_micros().to_string());
    });
    event.finish()
}

pub(super) fn render_v1(request: &Request<Bytes>, arrival: &Arrival) -> Vec<u8> {
    let query = query::raw(request.uri().query().unwrap_or_default());
    let body = written(request.body(), media::is_text(request.headers()));
    let mut event = Object::new();
    event.text("raw_path", request.uri().path());
    event.text("method", request.method().as_str());
    event.texts(
        "headers",
        &joined(grouped(&headers(request, arrival)), ", "),
    );
    event.texts("query_string_parameters", &last(&query));
    event.text("body", &body.text);
    event.raw("is_base64_encoded", body.flag());
    event.finish()
}

fn headers(request: &Request<Bytes>, arrival: &Arrival) -> HeaderMap {
    let mut headers = arrival.forwarded_for(request.headers());
    for name in IDENTITY {
        headers.remove(name);
    }
    headers
}

pub(super) fn parse(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let json = reply::object(reply)?;
    let mut response = Response::new(reply::body(&json, true)?);
    *response.status_mut() = reply::status_or_refused(&json)?;
    for (name, values) in reply::members(&json, "headers")? {
        for value in reply::one_or_more(values) {
            let value = reply::scalar(name, value)?;
            append(response.headers_mut(), name, &value)?;
        }
    }
    Ok(response)
}
