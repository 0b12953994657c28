//! Payload format 2.0, which HTTP APIs and function URLs share.

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{Request, Response, StatusCode};

use super::account::domain_prefix;
use super::body::written;
use super::headers::{Multi, joined, value_of};
use super::json::Json;
use super::object::Object;
use super::reply::{self, append};
use super::response::{JSON, default_type};
use super::{Arrival, Failure, Gateway, Kind, media, query};

/// What an event says that is not in every event alike.
#[derive(Debug)]
pub(super) struct Payload<'p> {
    pub(super) raw_path: String,
    /// The path in the request context.
    pub(super) path: String,
    pub(super) headers: Multi,
    pub(super) cookies: Vec<String>,
    pub(super) account_id: &'p str,
    pub(super) api_id: &'p str,
    pub(super) domain: String,
    pub(super) request_id: &'p str,
    pub(super) stage: &'p str,
}

impl Payload<'_> {
    /// The event: members without content are missing.
    pub(super) fn event(
        self,
        gateway: &Gateway,
        request: &Request<Bytes>,
        arrival: &Arrival,
    ) -> Vec<u8> {
        let query = request.uri().query().unwrap_or_default();
        let body = written(request.body(), media::is_text(request.headers()));
        let mut event = Object::new();
        event.text("version", "2.0");
        event.text("routeKey", "$default");
        event.text("rawPath", &self.raw_path);
        event.text("rawQueryString", query);
        if !self.cookies.is_empty() {
            event.array("cookies", &self.cookies);
        }
        event.texts("headers", &joined(self.headers, ","));
        let pairs = joined(query::decoded(query), ",");
        if !pairs.is_empty() {
            event.texts("queryStringParameters", &pairs);
        }
        event.object("requestContext", |context| {
            context.text("accountId", self.account_id);
            context.text("apiId", self.api_id);
            if let Some(authorizer) = &gateway.authorizer {
                context.json("authorizer", authorizer);
            }
            context.text("domainName", &self.domain);
            context.text("domainPrefix", domain_prefix(&self.domain));
            context.object("http", |http| {
                let agent = value_of(request.headers(), USER_AGENT).unwrap_or_default();
                http.text("method", request.method().as_str());
                http.text("path", &self.path);
                http.text("protocol", format!("{:?}", request.version()));
                http.text("sourceIp", arrival.client_ip().to_string());
                http.text("userAgent", agent);
            });
            context.text("requestId", self.request_id);
            context.text("routeKey", "$default");
            context.text("stage", self.stage);
            context.text("time", arrival.clock());
            context.raw("timeEpoch", arrival.time_ms().to_string());
        });
        if gateway.kind == Kind::HttpApi && !gateway.stage_variables.is_empty() {
            event.texts("stageVariables", &gateway.stage_variables);
        }
        if let Some(body) = body.some() {
            event.text("body", body);
        }
        event.raw("isBase64Encoded", body.flag());
        event.finish()
    }
}

/// The response of a reply. One without a status is itself the body; `default` is the type of a
/// body that has a status and no type, and `print` says what header a value is, if any.
pub(super) fn parse(
    reply: &[u8],
    default: &'static str,
    print: impl Fn(&str, &Json) -> Result<Option<String>, Failure>,
) -> Result<Response<Bytes>, Failure> {
    let json = reply::json(reply)?;
    if json.get("statusCode").is_none() {
        let body = match json {
            Json::Text(text) => text.into(),
            _ => Bytes::copy_from_slice(reply),
        };
        let mut response = Response::new(body);
        default_type(response.headers_mut(), JSON);
        return Ok(response);
    }
    let body = reply::body(&json, true)?;
    let mut response = head(&json, print)?.map(|()| body);
    default_type(response.headers_mut(), default);
    Ok(response)
}

/// The status, the headers and the cookies.
pub(super) fn head(
    json: &Json,
    print: impl Fn(&str, &Json) -> Result<Option<String>, Failure>,
) -> Result<Response<()>, Failure> {
    let mut response = Response::new(());
    *response.status_mut() = reply::status(json)?.unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in reply::members(json, "headers")? {
        if let Some(value) = print(name, value)? {
            append(headers, name, &value)?;
        }
    }
    reply::cookies(json, headers)?;
    Ok(response)
}
