//! The [management API][api]: programs post to connections, look at them and close them.
//!
//! Signatures are not looked at.
//!
//! [api]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use http::header::HeaderValue;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connections::Refused;
use super::json as answer_of;
use super::session::MAX_MESSAGE;
use super::time::iso;
use crate::local::arrival::Arrival;
use crate::local::gateway::Connection;
use crate::local::server::{Account, Desk, read};
use crate::source::wire::percent_decode;

/// The connection that a path is of, wherever the API is: `/dev/@connections/L0SM9cOFvHcCIhw%3D`.
pub(super) fn connection_in(path: &str) -> Option<String> {
    let (rest, id) = path.trim_end_matches('/').rsplit_once('/')?;
    let (_, marker) = rest.rsplit_once('/')?;
    let decode = |segment: &str| String::from_utf8(percent_decode(segment.as_bytes(), false)).ok();
    decode(marker).filter(|marker| marker == "@connections")?;
    decode(id)
}

pub(super) async fn answer(
    desk: &Desk,
    id: &str,
    request: Request<Incoming>,
    arrival: &Arrival,
) -> Response<Bytes> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut account = Account::new(desk.clone(), method.clone(), uri, arrival.request_id());
    account.exchange.connection_id = Some(id.to_owned());
    let response = if URL_SAFE.decode(id).is_err() {
        let message = format!("Invalid connectionId: {id}");
        refusal(StatusCode::BAD_REQUEST, "BadRequestException", &message)
    } else {
        match method {
            Method::POST => post(desk, id, request).await,
            Method::GET => get(desk, id),
            Method::DELETE => delete(desk, id),
            _ => {
                let message = "Missing Authentication Token";
                refusal(
                    StatusCode::FORBIDDEN,
                    "MissingAuthenticationTokenException",
                    message,
                )
            }
        }
    };
    account.exchange.status = response.status();
    response
}

async fn post(desk: &Desk, id: &str, request: Request<Incoming>) -> Response<Bytes> {
    let body = match read(request.into_body(), MAX_MESSAGE).await {
        Ok(Some(body)) => body,
        Ok(None) => {
            let kind = "PayloadTooLargeException";
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, kind, "Message too long");
        }
        // The program went away.
        Err(error) => return bad_request(&error.to_string()),
    };
    let Some(open) = desk.connections.get(id) else {
        return gone();
    };
    let Ok(text) = Utf8Bytes::try_from(body) else {
        return bad_request("The message is not UTF-8");
    };
    match open.send(text).await {
        Ok(()) => answer_of(StatusCode::OK, Bytes::new()),
        Err(Refused::Gone) => gone(),
        Err(Refused::Full) => {
            let message = "The client does not read what it is sent";
            refusal(
                StatusCode::TOO_MANY_REQUESTS,
                "LimitExceededException",
                message,
            )
        }
    }
}

fn get(desk: &Desk, id: &str) -> Response<Bytes> {
    let Some(open) = desk.connections.get(id) else {
        return gone();
    };
    let Connection {
        connected_at,
        client,
        user_agent,
        ..
    } = &open.connection;
    let mut identity = json!({"sourceIp": client});
    if let Some(agent) = user_agent {
        identity["userAgent"] = json!(agent);
    }
    let description = json!({
        "connectedAt": iso(*connected_at),
        "identity": identity,
        "lastActiveAt": iso(*connected_at + open.last_active()),
    });
    answer_of(StatusCode::OK, description.to_string())
}

fn delete(desk: &Desk, id: &str) -> Response<Bytes> {
    let Some(open) = desk.connections.remove(id) else {
        return gone();
    };
    open.close();
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// There is no such connection any more. The answer has no body.
fn gone() -> Response<Bytes> {
    typed(answer_of(StatusCode::GONE, Bytes::new()), "GoneException")
}

fn bad_request(message: &str) -> Response<Bytes> {
    refusal(StatusCode::BAD_REQUEST, "BadRequestException", message)
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response<Bytes> {
    let body = json!({"message": message}).to_string();
    typed(answer_of(status, body), kind)
}

/// Adds what SDKs know errors by.
fn typed(mut response: Response<Bytes>, kind: &'static str) -> Response<Bytes> {
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert("x-amzn-errortype", kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_is_the_paths_last_segment() {
        let is = |path, id: &str| assert_eq!(connection_in(path).as_deref(), Some(id));
        is("/@connections/a_-=", "a_-=");
        is("/dev/@connections/a%3D", "a=");
        is("/base/path/%40connections/a=/", "a=");
        assert_eq!(connection_in("/@connections"), None);
        assert_eq!(connection_in("/@connections/"), None);
        assert_eq!(connection_in("/@connections/a/b"), None);
        assert_eq!(connection_in("/dev"), None);
    }
}
