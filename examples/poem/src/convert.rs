use bytes::Bytes;
use example_answers::{Answer, Asked, Body};
use poem::{Request, Response, ResponseParts};

/// The request as the answers take it.
pub(crate) async fn asked(request: Request) -> poem::Result<Asked> {
    // There is none, or one.
    let parameter = request.path_params::<String>().unwrap_or_default();
    let (parts, body) = request.into_parts();
    let body = body.into_bytes().await?;
    let mut request = http::Request::<Bytes>::new(body);
    *request.method_mut() = parts.method;
    *request.uri_mut() = parts.uri;
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers;
    *request.extensions_mut() = parts.extensions;
    Ok(Asked { request, parameter })
}

/// The response as poem takes it.
pub(crate) fn response(answer: Answer) -> Response {
    let (parts, body) = answer.into_parts();
    let parts = ResponseParts {
        status: parts.status,
        version: parts.version,
        headers: parts.headers,
        extensions: parts.extensions,
    };
    let body = match body {
        Body::Whole(bytes) => poem::Body::from_bytes(bytes),
        Body::Stream(chunks) => poem::Body::from_bytes_stream(chunks),
    };
    Response::from_parts(parts, body)
}
