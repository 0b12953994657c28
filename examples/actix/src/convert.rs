//! Between actix's types and those of the answers, which are of a later version of `http`.

use actix_web::error::ErrorBadRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use example_answers::{Answer, Asked, Body};
use liftgate::{Context, Event};

/// What a request asks.
pub(crate) fn asked(request: &HttpRequest, body: Bytes) -> Result<Asked, Error> {
    let mut asked = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string());
    for (name, value) in request.headers() {
        asked = asked.header(name.as_str(), value.as_bytes());
    }
    let extensions = request.extensions();
    if let Some(event) = extensions.get::<Event>() {
        asked = asked.extension(event.clone());
    }
    if let Some(context) = extensions.get::<Context>() {
        asked = asked.extension(context.clone());
    }
    let parameter = request.match_info().iter().next();
    Ok(Asked {
        request: asked.body(body).map_err(ErrorBadRequest)?,
        parameter: parameter.map_or_else(String::new, |(_, value)| value.to_owned()),
    })
}

/// actix's response of an answer.
pub(crate) fn respond(answer: Answer) -> HttpResponse {
    let (parts, body) = answer.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16());
    let mut response = HttpResponse::build(status.unwrap_or_default());
    for (name, value) in &parts.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    match body {
        Body::Whole(bytes) => response.body(bytes),
        Body::Stream(chunks) => response.streaming(chunks),
    }
}
