//! Payload format 1.0, which REST APIs and HTTP APIs share.

use http::header::{HeaderName, HeaderValue, USER_AGENT};
use http::{Request, Response, StatusCode};

use super::account::{ACCOUNT_ID, API_ID, domain_name, domain_prefix};
use super::body::Written;
use super::headers::{Multi, last, value_of};
use super::json::Json;
use super::object::Object;
use super::reply::{self, append, scalar, scalars};
use super::{Arrival, Failure, Gateway};

/// What an event says that is not in every event alike.
#[derive(Debug)]
pub(super) struct Payload<'p> {
    pub(super) version: Option<&'static str>,
    pub(super) resource: &'static str,
    pub(super) resource_id: &'static str,
    pub(super) path: String,
    /// The path in the request context.
    pub(super) context_path: String,
    /// What the resource's parameter stands for.
    pub(super) proxy: Option<String>,
    pub(super) method: &'p str,
    pub(super) headers: Multi,
    pub(super) query: Multi,
    pub(super) request_id: &'p str,
    pub(super) deployment_id: Option<&'static str>,
    pub(super) body: Written<'p>,
}

impl Payload<'_> {
    /// The event: members without content are null, and never missing.
    pub(super) fn event<B>(
        &self,
        gateway: &Gateway,
        request: &Request<B>,
        arrival: &Arrival,
    ) -> Vec<u8> {
        let mut event = Object::new();
        if let Some(version) = self.version {
            event.text("version", version);
        }
        event.text("resource", self.resource);
        event.text("path", &self.path);
        event.text("httpMethod", self.method);
        event.texts("headers", &last(&self.headers));
        event.arrays("multiValueHeaders", &self.headers);
        if self.query.is_empty() {
            event.raw("queryStringParameters", "null");
            event.raw("multiValueQueryStringParameters", "null");
        } else {
            event.texts("queryStringParameters", &last(&self.query));
            event.arrays("multiValueQueryStringParameters", &self.query);
        }
        match &self.proxy {
            Some(proxy) => event.object("pathParameters", |object| object.text("proxy", proxy)),
            None => event.raw("pathParameters", "null"),
        }
        match gateway.stage_variables.as_slice() {
            [] => event.raw("stageVariables", "null"),
            variables => event.texts("stageVariables", variables),
        }
        event.object("requestContext", |context| {
            self.context(context, gateway, request, arrival);
        });
        event.text_or_null("body", self.body.some());
        event.raw("isBase64Encoded", self.body.flag());
        event.finish()
    }

    fn context<B>(
        &self,
        context: &mut Object,
        gateway: &Gateway,
        request: &Request<B>,
        arrival: &Arrival,
    ) {
        context.text("resourceId", self.resource_id);
        if let Some(authorizer) = &gateway.authorizer {
            context.json("authorizer", authorizer);
        }
        context.text("resourcePath", self.resource);
        context.text("httpMethod", self.method);
        context.text("extendedRequestId", &arrival.extended_id);
        context.text("requestTime", arrival.clock());
        context.text("path", &self.context_path);
        context.text("accountId", ACCOUNT_ID);
        context.text("protocol", format!("{:?}", request.version()));
        context.text("stage", gateway.stage_name());
        let domain = domain_name(request.headers());
        context.text("domainPrefix", domain_prefix(&domain));
        context.raw("requestTimeEpoch", arrival.time_ms().to_string());
        context.text("requestId", self.request_id);
        context.object("identity", |identity| {
            let agent = value_of(request.headers(), USER_AGENT);
            for unused in UNUSED {
                identity.raw(unused, "null");
            }
            identity.text("sourceIp", arrival.client_ip().to_string());
            identity.text_or_null("userAgent", agent);
        });
        context.text("domainName", &domain);
        if let Some(deployment_id) = self.deployment_id {
            context.text("deploymentId", deployment_id);
        }
        context.text("apiId", API_ID);
    }
}

/// The status, and the headers of both objects: those with all values come first, and a pair that
/// is in both is there once.
pub(super) fn head(json: &Json) -> Result<Response<()>, Failure> {
    let mut response = Response::new(());
    *response.status_mut() = reply::status(json)?.unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, values) in reply::members(json, "multiValueHeaders")? {
        for value in scalars(name, values)? {
            append(headers, name, &value)?;
        }
    }
    for (name, value) in reply::members(json, "headers")? {
        let value = scalar(name, value)?;
        let has = |(known, other): (&HeaderName, &HeaderValue)| {
            known.as_str().eq_ignore_ascii_case(name) && other.as_bytes() == value.as_bytes()
        };
        if !headers.iter().any(has) {
            append(headers, name, &value)?;
        }
    }
    Ok(response)
}

/// What an identity has besides, all null where nobody has told who they are.
const UNUSED: [&str; 10] = [
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "user",
];
