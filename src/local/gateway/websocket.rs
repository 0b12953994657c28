//! [API Gateway WebSocket API][api]: the events of its connections.
//!
//! The event that opens a connection has the headers and the query of its request; that of a
//! message has none, and the message for a body; that of the end has four headers and says why.
//!
//! [api]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{Request, Response};

use super::connection::{Close, Connection, What};
use super::headers::{Multi, last, spelled};
use super::object::Object;
use super::reply::{self, append};
use super::{Arrival, Failure, Gateway, query};

impl Gateway {
    /// The event of a request that opens a connection. Its path is no part of it.
    pub(in crate::local) fn render_connect<B>(
        &self,
        connection: &Connection,
        request: &Request<B>,
        arrival: &Arrival,
    ) -> Result<Bytes, Failure> {
        self.check_head(request)?;
        let mut headers = arrival.forwarded(request.headers());
        for name in [header::CONNECTION, header::CONTENT_LENGTH, header::UPGRADE] {
            headers.remove(name);
        }
        let query = query::decoded(request.uri().query().unwrap_or_default());
        let mut event = Object::new();
        both(&mut event, &spelled(&headers, arrival));
        if !query.is_empty() {
            event.texts("queryStringParameters", &last(&query));
            event.arrays("multiValueQueryStringParameters", &query);
        }
        let context = connection.context(self, &What::Connect, arrival);
        self.finish(event, context, None)
    }

    /// The event of a message.
    pub(in crate::local) fn render_message(
        &self,
        connection: &Connection,
        route: &str,
        message: &str,
        arrival: &Arrival,
    ) -> Result<Bytes, Failure> {
        self.check_body(message.len())?;
        let context = connection.context(self, &What::Message(route), arrival);
        self.finish(Object::new(), context, Some(message))
    }

    /// The event of a connection's end.
    pub(in crate::local) fn render_disconnect(
        &self,
        connection: &Connection,
        close: Close<'_>,
        arrival: &Arrival,
    ) -> Result<Bytes, Failure> {
        let names = ["x-api-key", "X-Forwarded-For", "x-restapi"];
        let empty = names.map(|name| (name.to_owned(), vec![String::new()]));
        let host = ("Host".to_owned(), vec![connection.domain.clone()]);
        let mut event = Object::new();
        both(&mut event, &[vec![host], empty.to_vec()].concat());
        let context = connection.context(self, &What::Disconnect(close), arrival);
        self.finish(event, context, None)
    }

    /// What a client is sent of the response to its message.
    #[cfg(feature = "websocket")]
    pub(in crate::local) fn route_response_of(&self, response: Response<Bytes>) -> Option<String> {
        let body = response.into_body();
        let is_sent = self.has_route_response && !body.is_empty();
        is_sent.then(|| String::from_utf8_lossy(&body).into_owned())
    }

    fn finish(
        &self,
        mut event: Object,
        context: Object,
        body: Option<&str>,
    ) -> Result<Bytes, Failure> {
        event.member("requestContext", context);
        if !self.stage_variables.is_empty() {
            event.texts("stageVariables", &self.stage_variables);
        }
        if let Some(body) = body {
            event.text("body", body);
        }
        event.raw("isBase64Encoded", "false");
        let event = event.finish();
        self.check_event(event.len(), body.map_or(0, str::len))?;
        Ok(event.into())
    }
}

fn both(event: &mut Object, headers: &Multi) {
    event.texts("headers", &last(headers));
    event.arrays("multiValueHeaders", headers);
}

/// The event of `POST /$connect`, `/$disconnect`, or of a message to the route that the path names.
pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Bytes, Failure> {
    let mut connection = Connection::new(request, arrival);
    // Requests that are none of a connection's are all of the same.
    connection.id = "L0c4lC0nn3ct10n=".to_owned();
    let path = query::decode(request.uri().path(), false);
    match path.rsplit('/').next().unwrap_or_default() {
        "$connect" => gateway.render_connect(&connection, request, arrival),
        "$disconnect" => {
            let close = Close {
                code: 1005,
                reason: "Client-side close frame status not set",
            };
            gateway.render_disconnect(&connection, close, arrival)
        }
        route => {
            let message = String::from_utf8_lossy(request.body());
            gateway.render_message(&connection, route, &message, arrival)
        }
    }
}

/// The response to a connection's request, or to a message: the body goes to the client if the
/// route has a response.
pub(super) fn parse(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let json = reply::object(reply)?;
    let mut response = Response::new(reply::body(&json, false)?);
    *response.status_mut() = reply::status_or_refused(&json)?;
    let headers: &mut HeaderMap = response.headers_mut();
    for member in ["multiValueHeaders", "headers"] {
        for (name, values) in reply::members(&json, member)? {
            for value in reply::one_or_more(values) {
                append(headers, name, &reply::scalar(name, value)?)?;
            }
        }
    }
    Ok(response)
}
