//! One request and its response.

use std::fmt;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use http::{Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::Desk;
use super::body::{Outgoing, read};
use super::spelling::Speller;
use crate::Body;
use crate::local::arrival::Arrival;
use crate::local::failure::{Cause, Failure};
use crate::local::function::{Answer, FunctionReply, ReplyStream};
use crate::local::gateway::Kind;
use crate::local::runtime_api::PRELUDE_END;
use crate::local::warning::Warning;
use crate::source::MAX_PRELUDE;

/// What came of a request.
///
/// The events of a WebSocket connection are told as requests for the path that the app sees, by the
/// methods `CONNECT`, `MESSAGE` and `DISCONNECT`: `MESSAGE /sendMessage`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// The request's method.
    pub method: Method,
    /// The request's path and query.
    pub uri: Uri,
    /// The invocation's id.
    pub request_id: String,
    /// The id of the WebSocket connection that it is of.
    pub connection_id: Option<String>,
    /// What the client was answered; 499 if it went away before.
    pub status: StatusCode,
    /// From the request's head to the response's end.
    pub duration: Duration,
    /// How long the function took to start, if it was started for this request.
    pub cold_start: Option<Duration>,
    /// The event, if the gateway made one.
    pub event: Bytes,
    /// The whole reply, if the function gave one.
    pub reply: Option<Bytes>,
    /// How many bytes the function replied.
    pub reply_len: usize,
    /// Why the gateway answered by itself, or the stream broke off.
    pub failure: Option<Failure>,
    /// What the gateway changed or lost.
    pub warnings: Vec<Warning>,
}

/// An exchange in the making, which is reported when it is over.
pub(in crate::local) struct Account {
    pub(in crate::local) exchange: Exchange,
    begun: Instant,
    desk: Desk,
}

impl Account {
    pub(in crate::local) fn new(desk: Desk, method: Method, uri: Uri, request_id: &str) -> Self {
        let exchange = Exchange {
            method,
            uri,
            request_id: request_id.to_owned(),
            connection_id: None,
            // As nginx has it.
            status: StatusCode::from_u16(499).unwrap_or_default(),
            duration: Duration::ZERO,
            cold_start: None,
            event: Bytes::new(),
            reply: None,
            reply_len: 0,
            failure: None,
            warnings: Vec::new(),
        };
        Account {
            exchange,
            begun: Instant::now(),
            desk,
        }
    }

    /// Notes a whole reply.
    fn replied(&mut self, request: &Request<Bytes>, reply: Bytes) {
        self.exchange.reply_len = reply.len();
        let warnings = self.desk.gateway.reply_warnings(request, &reply);
        self.exchange.warnings.extend(warnings);
        self.exchange.reply = Some(reply);
    }

    pub(super) fn wrote(&mut self, len: usize) {
        self.exchange.reply_len += len;
    }

    pub(in crate::local) fn failed(&mut self, failure: Failure) {
        self.exchange.failure = Some(failure);
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.exchange.duration = self.begun.elapsed();
        (self.desk.on_exchange)(&self.exchange);
    }
}

pub(super) async fn exchange(
    desk: &Desk,
    request: Request<Incoming>,
    arrival: Arrival,
    speller: &Speller,
) -> Result<Response<Outgoing>, Failure> {
    let (mut parts, body) = request.into_parts();
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    let mut account = Account::new(desk.clone(), method, uri, arrival.request_id());
    parts.extensions.insert(arrival);
    let read = read(body, desk.gateway.max_body()).await;
    speller.reset();
    let request = match read {
        Ok(Some(body)) => Ok(Request::from_parts(parts, body)),
        Ok(None) => Err((
            Request::from_parts(parts, Bytes::new()),
            Failure::new(Cause::RequestTooLarge, "the request's body is too large"),
        )),
        // The client went away within its request, or wrote no HTTP.
        Err(error) => Err((
            Request::from_parts(parts, Bytes::new()),
            Failure::new(Cause::BadRequest, error.to_string()),
        )),
    };
    let (request, answered) = match request {
        Ok(request) => {
            let answered = answer(desk, &request, &mut account).await;
            (request, answered)
        }
        Err((request, failure)) => (request, Err(failure)),
    };
    let mut response = match answered {
        Ok(Answered::Whole(response)) => response.map(|body| Outgoing::Whole(Body::from(body))),
        Ok(Answered::Stream(response, first, stream)) => {
            account.exchange.status = response.status();
            let account = Box::new(account);
            let first = Some(first).filter(|first| !first.is_empty());
            let body = Outgoing::Stream {
                first,
                stream,
                account,
            };
            return Ok(deliverable(&request, response.map(|()| body)));
        }
        Err(failure) => {
            let mut response = desk.gateway.respond_to(&failure);
            sign(desk, &request, &mut response, true);
            account.failed(failure);
            response.map(|body| Outgoing::Whole(Body::from(body)))
        }
    };
    account.exchange.status = response.status();
    response = deliverable(&request, response);
    Ok(response)
}

enum Answered {
    Whole(Response<Bytes>),
    /// The head, what of the body came with it, and the rest.
    Stream(Response<()>, Bytes, ReplyStream),
}

async fn answer(
    desk: &Desk,
    request: &Request<Bytes>,
    account: &mut Account,
) -> Result<Answered, Failure> {
    let gateway = &desk.gateway;
    let event = gateway.render(request)?;
    account.exchange.event = event.clone();
    account.exchange.warnings = gateway.warnings(request, &event, None);
    let limit = gateway.timeout_or_default();
    let call = desk.call(event, request.extensions().get());
    let answered = async {
        let Answer { reply, cold_start } = desk.function.invoke(call).await?;
        account.exchange.cold_start = cold_start;
        match reply {
            FunctionReply::Whole(reply) => {
                if gateway.is_streaming() && gateway.kind() == Kind::FunctionUrl {
                    account.exchange.warnings.push(Warning::stream_wanted());
                }
                account.replied(request, reply.clone());
                gateway.parse(request, &reply).map(Answered::Whole)
            }
            FunctionReply::Prelude(reply) => {
                account.exchange.warnings.push(Warning::body_lost());
                account.replied(request, reply.clone());
                gateway.parse(request, &reply).map(Answered::Whole)
            }
            FunctionReply::Stream(stream) => begin(desk, request, stream).await,
        }
    };
    match timeout(limit, answered).await {
        Ok(answered) => answered,
        Err(_) => Err(waited(limit)),
    }
}

pub(in crate::local) fn waited(limit: Duration) -> Failure {
    let reason = format!("no answer in {limit:?}, which is as long as the gateway waits");
    Failure::new(Cause::GatewayTimeout, reason)
}

/// Reads the prelude of a stream.
async fn begin(
    desk: &Desk,
    request: &Request<Bytes>,
    mut stream: ReplyStream,
) -> Result<Answered, Failure> {
    if !stream.has_prelude() {
        let head = desk.gateway.parse_bare_stream(request)?;
        return Ok(Answered::Stream(head, Bytes::new(), stream));
    }
    let mut read = BytesMut::new();
    loop {
        let end = memchr::memmem::find(&read, &PRELUDE_END);
        if let Some(end) = end.filter(|end| end + PRELUDE_END.len() <= MAX_PRELUDE) {
            let prelude = read.split_to(end);
            let mut head = desk.gateway.parse_prelude(&prelude)?;
            sign(desk, request, &mut head, false);
            let first = read.split_off(PRELUDE_END.len()).freeze();
            return Ok(Answered::Stream(head, first, stream));
        }
        let invalid = |reason: &str| Failure::new(Cause::InvalidReply, reason);
        if read.len() > MAX_PRELUDE {
            return Err(invalid("the stream has no prelude in its first 16 KB"));
        }
        match stream.next().await {
            Some(chunk) => read.extend_from_slice(&chunk?),
            None => return Err(invalid("the stream ended within its prelude")),
        }
    }
}

/// Adds what the gateway says of the request.
fn sign<B>(desk: &Desk, request: &Request<Bytes>, response: &mut Response<B>, is_own: bool) {
    if let Some(arrival) = request.extensions().get::<Arrival>() {
        desk.gateway.sign(arrival, response, is_own);
    }
}

/// The response without what this connection decides for itself.
fn deliverable<B>(request: &Request<Bytes>, mut response: Response<B>) -> Response<B> {
    let is_bodyless = request.method() == Method::HEAD
        || response.status() == StatusCode::NOT_MODIFIED
        || response.status() == StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    if !is_bodyless {
        headers.remove(CONTENT_LENGTH);
    }
    response
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exchange.fmt(f)
    }
}
