//! The events of connections: the function is called, and the exchange reported.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connections::Open;
use super::ending::Ending;
use crate::local::arrival::Arrival;
use crate::local::failure::{Cause, Failure};
use crate::local::function::{Answer, FunctionReply};
use crate::local::gateway::{Close, Connection};
use crate::local::server::{Account, Desk, waited};
use crate::source::wire::encode_path;

/// Has the function answer a message.
pub(super) async fn message(desk: Desk, open: Arc<Open>, text: Utf8Bytes) {
    let (gateway, connection) = (&desk.gateway, &open.connection);
    let arrival = Arrival::new(open.peer, desk.port);
    let route = gateway.route_of(&text);
    let key = route.as_deref().unwrap_or_default();
    let mut account = account_of(&desk, connection, &arrival, (b"MESSAGE", key), None);
    let event = route.and_then(|route| gateway.render_message(connection, &route, &text, &arrival));
    let answer = match call(&desk, &arrival, event, &mut account).await {
        Ok(response) => gateway.route_response_of(response),
        Err(failure) => Some(connection.complain(&failure, &arrival)),
    };
    // The exchange is over, however long the client takes to read.
    drop(account);
    if let Some(answer) = answer {
        // The client may have left, or not read.
        let _ = open.send(answer.into()).await;
    }
}

/// Tells the function that the connection has ended.
pub(super) async fn end(desk: &Desk, open: &Open, ending: &Ending) {
    let connection = &open.connection;
    desk.connections.remove(&connection.id);
    let arrival = Arrival::new(open.peer, desk.port);
    let route = (&b"DISCONNECT"[..], "$disconnect");
    let mut account = account_of(desk, connection, &arrival, route, None);
    let close = Close {
        code: ending.code,
        reason: &ending.reason,
    };
    let event = desk.gateway.render_disconnect(connection, close, &arrival);
    // There is nobody to tell what it answers.
    let _ = call(desk, &arrival, event, &mut account).await;
}

/// An account of an event, under the method and the path by which the app gets to know it.
pub(super) fn account_of(
    desk: &Desk,
    connection: &Connection,
    arrival: &Arrival,
    (kind, route): (&[u8], &str),
    query: Option<&str>,
) -> Account {
    let method = Method::from_bytes(kind).unwrap_or_default();
    let mut target = vec![b'/'];
    encode_path(route.as_bytes(), &mut target);
    if let Some(query) = query {
        target.push(b'?');
        target.extend_from_slice(query.as_bytes());
    }
    let uri = Uri::from_maybe_shared(target).unwrap_or_default();
    let mut account = Account::new(desk.clone(), method, uri, arrival.request_id());
    account.exchange.connection_id = Some(connection.id.clone());
    account
}

/// The response to an event.
pub(super) async fn call(
    desk: &Desk,
    arrival: &Arrival,
    event: Result<Bytes, Failure>,
    account: &mut Account,
) -> Result<Response<Bytes>, Failure> {
    let responded = respond(desk, arrival, event, account).await;
    account.exchange.status = match &responded {
        Ok(response) => response.status(),
        Err(failure) => {
            account.failed(failure.clone());
            desk.gateway.respond_to(failure).status()
        }
    };
    responded
}

async fn respond(
    desk: &Desk,
    arrival: &Arrival,
    event: Result<Bytes, Failure>,
    account: &mut Account,
) -> Result<Response<Bytes>, Failure> {
    let event = event?;
    account.exchange.event = event.clone();
    let limit = desk.gateway.timeout_or_default();
    let answered = desk.function.invoke(desk.call(event, Some(arrival)));
    let answered = timeout(limit, answered).await;
    let Answer { reply, cold_start } = answered.map_err(|_| waited(limit))??;
    account.exchange.cold_start = cold_start;
    match reply {
        FunctionReply::Whole(reply) | FunctionReply::Prelude(reply) => {
            account.exchange.reply = Some(reply.clone());
            account.exchange.reply_len = reply.len();
            desk.gateway.parse(&Request::new(()), &reply)
        }
        FunctionReply::Stream(_) => {
            let reason = "the function streams, which a WebSocket API does not take";
            Err(Failure::new(Cause::InvalidReply, reason))
        }
    }
}
