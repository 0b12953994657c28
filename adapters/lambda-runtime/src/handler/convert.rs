//! Between liftgate's types and those of AWS's runtime.

use std::fmt::Display;

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};
use lambda_runtime::{Diagnostic, MetadataPrelude};
use liftgate::{Context, Error};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

pub(super) fn diagnostic(error: Error) -> Diagnostic {
    Diagnostic {
        error_type: error.error_type().to_owned(),
        error_message: error.to_string(),
    }
}

/// The headers of the invocation, as far as AWS's runtime has kept them.
pub(super) fn context(aws: &lambda_runtime::Context) -> Context {
    let mut headers = HeaderMap::with_capacity(8);
    let mut put = |name, text: Option<&str>| {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("lambda-runtime-aws-request-id", Some(&aws.request_id));
    // Where there is none, AWS's runtime has a sentence in its place.
    let arn = Some(&*aws.invoked_function_arn).filter(|arn| arn.starts_with("arn:"));
    put("lambda-runtime-invoked-function-arn", arn);
    put("lambda-runtime-trace-id", aws.xray_trace_id.as_deref());
    put("lambda-runtime-aws-tenant-id", aws.tenant_id.as_deref());
    let client = json(aws.client_context.as_ref());
    put("lambda-runtime-client-context", client.as_deref());
    let identity = json(aws.identity.as_ref());
    put("lambda-runtime-cognito-identity", identity.as_deref());
    let deadline = HeaderName::from_static("lambda-runtime-deadline-ms");
    headers.insert(deadline, aws.deadline.into());
    headers.into()
}

fn json(value: Option<&impl Serialize>) -> Option<String> {
    serde_json::to_string(value?).ok()
}

/// A reply that is JSON already, for a runtime that writes the JSON of a value.
pub(super) fn raw(json: Bytes) -> Result<Box<RawValue>, Diagnostic> {
    let json = String::from_utf8(json.into()).map_err(invalid)?;
    RawValue::from_string(json).map_err(invalid)
}

/// The status and the headers of a stream: those of a function URL, or of a REST API.
pub(super) fn prelude(json: &[u8]) -> Result<MetadataPrelude, Diagnostic> {
    let json: Value = serde_json::from_slice(json).map_err(invalid)?;
    let mut prelude = MetadataPrelude::default();
    let status = json["statusCode"].as_u64().unwrap_or_default();
    let status = u16::try_from(status).map_err(invalid)?;
    prelude.status_code = status.try_into().map_err(invalid)?;
    let named = ["headers", "multiValueHeaders"].map(|member| json[member].as_object());
    for (name, value) in named.into_iter().flatten().flatten() {
        let name = HeaderName::try_from(name).map_err(invalid)?;
        if name == SET_COOKIE {
            prelude.cookies.extend(texts(value).map(str::to_owned));
            continue;
        }
        let joined = texts(value).collect::<Vec<_>>().join(", ");
        // Of other text, AWS's runtime would make an empty array.
        if joined
            .bytes()
            .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
        {
            let value = HeaderValue::try_from(joined).map_err(invalid)?;
            prelude.headers.insert(name, value);
        }
    }
    let cookies = texts(&json["cookies"]);
    prelude.cookies.extend(cookies.map(str::to_owned));
    Ok(prelude)
}

/// One text, or the texts of an array.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let values = value.as_array().map(Vec::as_slice);
    let values = values.unwrap_or(std::slice::from_ref(value));
    values.iter().filter_map(Value::as_str)
}

fn invalid(error: impl Display) -> Diagnostic {
    Diagnostic {
        error_type: "Liftgate.InvalidResponse".to_owned(),
        error_message: error.to_string(),
    }
}
