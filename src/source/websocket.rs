//! API Gateway [WebSocket API][api].
//!
//! ```json
//! {
//!   "requestContext": {"routeKey": "sendMessage", "eventType": "MESSAGE",
//!     "connectionId": "L0SM9cOFvHcCIhw=", "domainName": "ws.example.com", "stage": "dev",
//!     "identity": {"sourceIp": "192.0.2.7"}},
//!   "body": "{\"action\":\"sendMessage\"}", "isBase64Encoded": false
//! }
//! ```
//!
//! An event is a `POST` request to the key of its route, under [`Options::websocket_path`]:
//! `/$connect`, `/sendMessage`, `/$disconnect`. `$connect` has the headers and the query of
//! the request that opens the connection, and its status lets it open (2xx) or refuses it;
//! a subprotocol is agreed on by answering with `Sec-WebSocket-Protocol`. A message is the
//! body: it has no headers, so `Host` is the API's, and `Content-Type` is
//! `application/json` if the message is JSON, else `text/plain; charset=utf-8`. The body of
//! the answer goes to the client if the route has a response.
//! [`Event::connection_id`](crate::Event::connection_id) names the connection.
//!
//! [api]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response};

use super::alb::single_value_headers;
use super::wire::{self, Query, Value, Wire, Writer};
use super::{Asked, RestApi, Source, sealed::Sealed};
use crate::{Body, Error, Event, Options};

/// API Gateway WebSocket API. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct WebSocket;

impl Source for WebSocket {
    fn name(&self) -> &'static str {
        "websocket"
    }
}

impl Sealed for WebSocket {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.context.connection_id.is_present() && wire.context.event_type.is_present()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        let query = Query::Split {
            multi: wire.multi_value_query,
            single: wire.query,
            is_decoded: true,
        };
        let name = (wire.context.route_key, "requestContext.routeKey");
        let uri = wire.uri_of_name(options.websocket_prefix(), name, query)?;
        let mut headers = wire.take_both_headers()?;
        if let Some(domain) = wire.context.domain_name.text(wire.event)? {
            // A domain that is no header's value is none that a client could ask for.
            if let Ok(domain) = HeaderValue::from_maybe_shared(wire::shared(wire.event, domain)) {
                headers.imply(HOST, domain);
            }
        }
        let is_message = wire.context.event_type.is_text("MESSAGE");
        let body = wire.take_body()?;
        if is_message {
            let kind = match std::str::from_utf8(&body) {
                Ok(_) if wire::is_json(&body) => "application/json",
                Ok(_) => "text/plain; charset=utf-8",
                Err(_) => "application/octet-stream",
            };
            headers.imply(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        wire::request(Method::POST, uri, Value::default(), headers, body)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        let encoding = options.encoding_of(response.headers().get(CONTENT_TYPE));
        let mut reply = Writer::new(response, encoding, false, asked.is_head);
        single_value_headers(&mut reply, true);
        Ok(reply.finish())
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        RestApi.client_addr(event)
    }
}
