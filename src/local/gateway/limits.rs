//! How much each gateway takes, and how long it waits.

use std::time::Duration;

use http::Request;

use super::{Cause, Failure, Gateway, Kind};
use crate::source::MAX_REPLY;

/// Sizes are in bytes.
#[derive(Debug)]
pub(super) struct Limits {
    /// Of the request's body.
    pub(super) body: usize,
    /// Of the request line and the headers.
    pub(super) head: usize,
    /// Of a whole reply.
    pub(super) reply: usize,
    /// How long the gateway waits for the reply.
    pub(super) timeout: Duration,
}

/// What Lambda takes of an event that waits for a reply ([source][quotas]).
///
/// [quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub(super) const MAX_EVENT: usize = 6 * MB;

/// What Lambda takes of a stream ([source][streaming]).
///
/// [streaming]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
const MAX_STREAM: usize = 200 * MB;

/// A function's longest timeout, in seconds.
const LONGEST: u64 = 15 * 60;

const KB: usize = 1024;
const MB: usize = 1024 * KB;

impl Kind {
    /// [REST APIs][rest], [HTTP APIs][http], [WebSocket APIs][websocket], [function URLs][lambda],
    /// [load balancers][alb] ([heads][albs]) and [VPC Lattice][lattice].
    ///
    /// [rest]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    /// [http]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    /// [websocket]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    /// [lambda]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    /// [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    /// [albs]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    /// [lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    pub(super) fn limits(self) -> Limits {
        let (body, head, reply, timeout) = match self {
            Kind::RestApi => (10 * MB, 10 * KB, MAX_REPLY, 29),
            Kind::HttpApi | Kind::HttpApiV1 => (10 * MB, 10 * KB, MAX_REPLY, 30),
            Kind::WebSocket => (128 * KB, 10 * KB, MAX_REPLY, 29),
            // The others wait as long as a function may take.
            Kind::FunctionUrl => (6 * MB, MB, MAX_REPLY, LONGEST),
            Kind::Alb | Kind::AlbMultiValue => (MB, 64 * KB, MB, LONGEST),
            // The size of a head is not documented.
            Kind::Lattice | Kind::LatticeV1 => (6 * MB, usize::MAX, MAX_REPLY, LONGEST),
        };
        Limits {
            body,
            head,
            reply,
            timeout: Duration::from_secs(timeout),
        }
    }
}

impl Gateway {
    /// What the gateway takes of a request's body, in bytes. What comes of it may still be more
    /// than Lambda takes.
    pub fn max_body(&self) -> usize {
        self.kind.limits().body
    }

    /// What the gateway takes of a reply, in bytes: more where it streams.
    pub fn max_reply(&self) -> usize {
        match self.is_streaming() {
            true => MAX_STREAM,
            false => self.kind.limits().reply,
        }
    }

    /// How long the gateway waits for the reply; a REST API that [streams][stream], as long as a
    /// function may take.
    ///
    /// [stream]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    pub fn timeout_or_default(&self) -> Duration {
        let default = match self.is_streaming() {
            true => Duration::from_secs(LONGEST),
            false => self.kind.limits().timeout,
        };
        self.timeout.unwrap_or(default)
    }

    pub(super) fn check_head<B>(&self, request: &Request<B>) -> Result<(), Failure> {
        let target = request.uri().path_and_query();
        let target = target.map_or(0, |target| target.as_str().len());
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
        let len = request.method().as_str().len() + target + headers.sum::<usize>();
        let max = self.kind.limits().head;
        at_most(max, len, Cause::HeadersTooLarge, "the request's head")
    }

    pub(super) fn check_body(&self, len: usize) -> Result<(), Failure> {
        at_most(self.max_body(), len, Cause::RequestTooLarge, "the body")
    }

    pub(super) fn check_event(&self, len: usize, body: usize) -> Result<(), Failure> {
        let what = format!("the event of a body of {body} bytes");
        at_most(MAX_EVENT, len, Cause::EventTooLarge, &what)
    }

    pub(super) fn check_reply(&self, len: usize) -> Result<(), Failure> {
        let max = self.kind.limits().reply;
        at_most(max, len, Cause::ReplyTooLarge, "the reply")
    }
}

fn at_most(max: usize, len: usize, cause: Cause, what: &str) -> Result<(), Failure> {
    if len <= max {
        return Ok(());
    }
    let reason = format!("{what} has {len} bytes, of at most {max}");
    Err(Failure::new(cause, reason))
}
