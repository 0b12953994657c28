//! A request to the app, and its answer, over a connection that was kept or a new one.

use std::future::poll_fn;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::Shared;
use super::connection::Connection;
use super::pool::Lease;
use crate::Error;
use crate::app::Life;

/// How much of an app's error is told of.
const MAX_TOLD: usize = 4096;

/// How long the app may take to say it.
const TELL_TIMEOUT: Duration = Duration::from_secs(2);

impl Shared {
    /// Sends a request, once the app is ready, and waits for the head of its answer.
    pub(super) async fn exchange(
        &self,
        request: Request<liftgate::Body>,
    ) -> Result<(Response<Incoming>, Lease, Life), Error> {
        let life = self.app.ready().await?;
        let is_idempotent = request.method().is_idempotent();
        // To send it again. The body is shared, and a head is small beside what follows.
        let copy = copy(&request);
        let kept = self.kept();
        // Who closes connections may do it while a request is on its way, and not tell whether it was
        // read.
        let kept = kept.filter(|_| is_idempotent || !self.pool.has_lost());
        let (mut lease, is_kept) = match kept {
            Some(lease) => (lease, true),
            None => (self.connect(&life).await?, false),
        };
        let failed = match lease.connection.send(request).await {
            Ok(response) => return Ok((response, lease, life)),
            Err(failed) => failed,
        };
        drop(lease);
        if is_kept {
            self.pool.lost();
        }
        // An app closes what was idle for long, and what came meanwhile it has not seen.
        let is_unseen = !failed.is_sent || (is_kept && failed.is_unread);
        // What a parser refused was an answer.
        if failed.error.is_parse() || !(is_unseen || is_idempotent) {
            return Err(life.explain(Error::no_answer(failed.error)).await);
        }
        let mut lease = self.connect(&life).await?;
        match lease.connection.send(copy).await {
            Ok(response) => Ok((response, lease, life)),
            Err(failed) => Err(life.explain(Error::no_answer(failed.error)).await),
        }
    }

    /// A connection that was kept and is open.
    fn kept(&self) -> Option<Lease> {
        while let Some(mut lease) = self.pool.take() {
            if lease.connection.is_open() && lease.connection.is_ready() {
                return Some(lease);
            }
            self.pool.lost();
        }
        None
    }

    async fn connect(&self, life: &Life) -> Result<Lease, Error> {
        let address = &self.config.address;
        match Connection::open(address).await {
            Ok(connection) => Ok(self.pool.lease(connection)),
            Err(error) => Err(life.explain(Error::connect(address, error)).await),
        }
    }
}

fn copy(request: &Request<liftgate::Body>) -> Request<liftgate::Body> {
    let mut copy = Request::new(request.body().clone());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// The beginning of an app's text about what went wrong.
pub(super) async fn told(mut body: Incoming, mut lease: Lease) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < MAX_TOLD {
        let frame = poll_fn(|cx| lease.connection.poll_frame(cx, &mut body));
        match timeout(TELL_TIMEOUT, frame).await {
            Ok(Some(Ok(frame))) => {
                text.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data))
            }
            Ok(None) => {
                lease.keep();
                break;
            }
            _ => break,
        }
    }
    text.truncate(MAX_TOLD);
    text
}
