//! A client asks for a connection.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::{self, OnUpgrade};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use super::session::Session;
use super::{Door, call, json};
use crate::local::arrival::Arrival;
use crate::local::failure::{Cause, Failure};
use crate::local::gateway::Connection;
use crate::local::server::{Account, Desk};

/// A request for a WebSocket.
#[derive(Debug)]
pub(in crate::local) struct Handshake {
    desk: Desk,
    request: Request<Bytes>,
    arrival: Arrival,
    upgrade: OnUpgrade,
    switching: Response<Bytes>,
    respond: oneshot::Sender<Response<Bytes>>,
}

/// The answer to a request, once the function has consented, or not.
pub(super) async fn answer(
    desk: &Desk,
    mut request: Request<Incoming>,
    arrival: Arrival,
    door: &Door,
) -> Response<Bytes> {
    let upgrade = upgrade::on(&mut request);
    let request = request.map(|_| Bytes::new());
    let switching = match create_response_with_body(&request, Bytes::new) {
        Ok(switching) => switching,
        Err(error) => return refuse(desk, &request, &arrival, &error.to_string()),
    };
    let (respond, response) = oneshot::channel();
    let handshake = Handshake {
        desk: desk.clone(),
        request,
        arrival,
        upgrade,
        switching,
        respond,
    };
    // The door is attended as long as there are requests.
    let _ = door.send(handshake);
    let gone = |_| json(StatusCode::INTERNAL_SERVER_ERROR, Bytes::new());
    response.await.unwrap_or_else(gone)
}

impl Handshake {
    /// Asks the function for its consent, as [`$connect`][connect].
    ///
    /// [connect]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    pub(super) async fn complete(self) -> Option<Session> {
        let Handshake {
            desk,
            request,
            arrival,
            upgrade,
            mut switching,
            respond,
        } = self;
        let connection = Connection::new(&request, &arrival);
        let route = (&b"CONNECT"[..], "$connect");
        let query = request.uri().query();
        let mut account = call::account_of(&desk, &connection, &arrival, route, query);
        let event = desk.gateway.render_connect(&connection, &request, &arrival);
        let (response, session) = match call::call(&desk, &arrival, event, &mut account).await {
            Ok(response) if response.status().is_success() => {
                if let Some(protocol) = response.headers().get(SEC_WEBSOCKET_PROTOCOL) {
                    let headers = switching.headers_mut();
                    headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone());
                }
                account.exchange.status = switching.status();
                // From here on it can be posted to.
                let (open, queue) = desk.connections.open(connection, &arrival);
                (switching, Some(Session::new(desk, open, queue, upgrade)))
            }
            Ok(response) => (refusal(response), None),
            Err(failure) => (desk.gateway.respond_to(&failure), None),
        };
        // The client may have gone.
        let _ = respond.send(response);
        session
    }
}

/// The status by which the function refuses a connection, and what it says to that.
fn refusal(response: Response<Bytes>) -> Response<Bytes> {
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let mut refusal = json(response.status(), response.into_body());
    if let Some(kind) = kind {
        refusal.headers_mut().insert(CONTENT_TYPE, kind);
    }
    refusal
}

/// Answers what asks for no WebSocket.
fn refuse(
    desk: &Desk,
    request: &Request<Bytes>,
    arrival: &Arrival,
    reason: &str,
) -> Response<Bytes> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut account = Account::new(desk.clone(), method, uri, arrival.request_id());
    let reason = format!("this asks for no WebSocket: {reason}");
    account.failed(Failure::new(Cause::BadRequest, reason));
    let is_upgrade = request.headers().contains_key(UPGRADE);
    let (status, body) = match is_upgrade {
        true => (StatusCode::BAD_REQUEST, r#"{"message":"Bad Request"}"#),
        false => (
            StatusCode::UPGRADE_REQUIRED,
            r#"{"message":"Upgrade Required"}"#,
        ),
    };
    account.exchange.status = status;
    let mut response = json(status, body);
    if !is_upgrade {
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
    response
}
