//! A [WebSocket API][api]: its clients' connections, and the management API.
//!
//! [api]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html

mod call;
mod connections;
mod ending;
mod handshake;
mod management;
mod session;
mod time;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::arrival::Arrival;
use super::server::Desk;
use handshake::Handshake;

pub(super) use connections::Connections;

/// Where those who ask for a WebSocket on one connection are let in.
pub(super) type Door = UnboundedSender<Handshake>;

pub(super) fn door() -> (Door, UnboundedReceiver<Handshake>) {
    mpsc::unbounded_channel()
}

/// Sees to those at the door, beside HTTP: where the function has been asked to open a connection,
/// it has to hear of its end, also if the client did not wait.
pub(super) async fn attend(mut handshakes: UnboundedReceiver<Handshake>) {
    while let Some(handshake) = handshakes.recv().await {
        if let Some(session) = handshake.complete().await {
            session.run().await;
        }
    }
}

/// The answer to a request of any kind.
pub(super) async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
    arrival: Arrival,
    door: &Door,
) -> Response<Bytes> {
    let mut response = match management::connection_in(request.uri().path()) {
        Some(id) => management::answer(desk, &id, request, &arrival).await,
        None => handshake::answer(desk, request, arrival.clone(), door).await,
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        desk.gateway.sign(&arrival, &mut response, true);
    }
    response
}

fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
