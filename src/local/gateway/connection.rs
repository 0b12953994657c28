//! Connections to a WebSocket API.

use std::net::IpAddr;
use std::time::Duration;

use http::{Request, header};

use super::account::{API_ID, domain_name};
use super::headers::value_of;
use super::object::Object;
use super::{Arrival, Cause, Failure, Gateway};
use crate::local::ids;

/// A connection, as its events tell of it.
#[derive(Clone, Debug)]
pub(in crate::local) struct Connection {
    pub(in crate::local) id: String,
    /// Since 1970.
    pub(in crate::local) connected_at: Duration,
    pub(in crate::local) client: IpAddr,
    pub(super) domain: String,
    pub(in crate::local) user_agent: Option<String>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::local) struct Close<'c> {
    pub(in crate::local) code: u16,
    pub(in crate::local) reason: &'c str,
}

impl Connection {
    /// The connection that a request asks for.
    pub(in crate::local) fn new<B>(request: &Request<B>, arrival: &Arrival) -> Self {
        Connection {
            id: ids::extended(),
            connected_at: arrival.time,
            client: arrival.client_ip(),
            domain: domain_name(request.headers()),
            user_agent: value_of(request.headers(), header::USER_AGENT),
        }
    }

    /// The request context of one of its events.
    pub(super) fn context(&self, gateway: &Gateway, event: &What<'_>, arrival: &Arrival) -> Object {
        let (route, kind) = match event {
            What::Connect => ("$connect", "CONNECT"),
            What::Message(route) => (*route, "MESSAGE"),
            What::Disconnect(_) => ("$disconnect", "DISCONNECT"),
        };
        let mut context = Object::new();
        context.text("routeKey", route);
        match event {
            What::Connect => {}
            What::Message(_) => context.text("messageId", arrival.message_id()),
            What::Disconnect(close) => {
                context.raw("disconnectStatusCode", close.code.to_string());
            }
        }
        if let Some(authorizer) = &gateway.authorizer {
            context.json("authorizer", authorizer);
        }
        context.text("eventType", kind);
        context.text("extendedRequestId", &arrival.extended_id);
        context.text("requestTime", arrival.clock());
        context.text("messageDirection", "IN");
        if let What::Disconnect(close) = event {
            context.text("disconnectReason", close.reason);
        }
        context.text("stage", gateway.stage_name());
        context.raw("connectedAt", self.connected_at.as_millis().to_string());
        context.raw("requestTimeEpoch", arrival.time_ms().to_string());
        context.object("identity", |identity| {
            if let Some(agent) = &self.user_agent {
                identity.text("userAgent", agent);
            }
            identity.text("sourceIp", self.client.to_string());
        });
        context.text("requestId", &arrival.extended_id);
        context.text("domainName", &self.domain);
        context.text("connectionId", &self.id);
        context.text("apiId", API_ID);
        context
    }

    /// The frame that tells a client of a failure, which leaves the connection open. Captures have
    /// spaces where this has them.
    #[cfg_attr(not(feature = "websocket"), allow(dead_code))]
    pub(in crate::local) fn complain(&self, failure: &Failure, arrival: &Arrival) -> String {
        let message = match failure.cause() {
            Cause::GatewayTimeout => "Endpoint request timed out",
            Cause::NotFound => "Forbidden",
            _ => "Internal server error",
        };
        let (connection, request) = (&self.id, &arrival.extended_id);
        format!(
            r#"{{"message": "{message}", "connectionId":"{connection}", "requestId":"{request}"}}"#
        )
    }
}

/// What an event is of.
pub(super) enum What<'c> {
    Connect,
    /// Of this route.
    Message(&'c str),
    Disconnect(Close<'c>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_in_a_frame() {
        let arrival = Arrival::default();
        let connection = Connection::new(&Request::new(()), &arrival);
        let id = &connection.id;
        for (cause, message) in [
            (Cause::Function, "Internal server error"),
            (Cause::GatewayTimeout, "Endpoint request timed out"),
        ] {
            let frame = connection.complain(&Failure::new(cause, "x"), &arrival);
            let expected = format!(
                r#"{{"message": "{message}", "connectionId":"{id}", "requestId":"AAAAAAAAAAAAAAA="}}"#
            );
            assert_eq!(frame, expected);
        }
    }

    #[test]
    fn connections_have_ids_of_their_own() {
        let request = Request::new(());
        let id = || Connection::new(&request, &Arrival::default()).id;
        assert_eq!(id().len(), 16);
        assert_ne!(id(), id());
    }
}
