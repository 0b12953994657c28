use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::api::Api;
use super::connection::{Connection, SendError, TIMEOUT};
use crate::error::BoxError;
use crate::reply::Progress;
use crate::{Error, Reply};

/// How much of an answer is read that is not an event, in bytes.
const MAX_TEXT: usize = 64 << 10;

/// How long that may take to come.
const TEXT_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that is kept, and opened again when it has closed.
pub(super) struct Link<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    api: Arc<Api>,
    // On the heap, since it is taken out for each request, and is large.
    connection: Option<Box<Connection<B>>>,
    // Kept, since to put off a timer costs less than to start one.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// An answer: its status, and what it says.
pub(super) type Answer = (StatusCode, Bytes);

impl<B> Link<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(api: Arc<Api>) -> Self {
        Link {
            api,
            connection: None,
            alarm: None,
        }
    }

    /// Closes the connection, and drops the body that is being sent over it.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }

    /// Sends a request, and reads the answer, which may not take for ever.
    pub(super) async fn answer(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<Answer, SendError<B>> {
        let mut alarm = match self.alarm.take() {
            Some(mut alarm) => {
                alarm.as_mut().reset(Instant::now() + TIMEOUT);
                alarm
            }
            None => Box::pin(sleep(TIMEOUT)),
        };
        let answer = {
            let mut exchange = pin!(self.exchange(request));
            poll_fn(|cx| {
                if let Poll::Ready(answer) = exchange.as_mut().poll(cx) {
                    return Poll::Ready(answer);
                }
                let late = |()| Err(SendError::lost(no_answer()));
                alarm.as_mut().poll(cx).map(late)
            })
            .await
        };
        self.alarm = Some(alarm);
        answer
    }

    /// Sends a request, and reads the answer.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<Answer, SendError<B>> {
        let (parts, body) = self.send(request).await?.into_parts();
        // The status is the answer; what follows it is for the log.
        let text = timeout(TEXT_TIMEOUT, self.read(body, MAX_TEXT)).await;
        let text = text.unwrap_or_else(|_| {
            self.connection = None;
            Ok(Bytes::new())
        });
        if !parts.status.is_success() {
            // Who refuses a body may not read it.
            if let Some(connection) = &mut self.connection {
                if !matches!(connection.now_ready().await, Poll::Ready(Ok(()))) {
                    self.connection = None;
                }
            }
        }
        Ok((parts.status, text.unwrap_or_default()))
    }

    /// The same, for a body that may still be going out when the answer comes.
    pub(super) async fn exchange_stream(
        &mut self,
        request: Request<Reply<B>>,
        progress: &Progress,
    ) -> Result<Answer, SendError<B>> {
        let answer = self.exchange(request).await?;
        if let Some(connection) = &mut self.connection {
            if let Err(error) = connection.ready().await {
                self.connection = None;
                // It may have closed because all was said.
                if !progress.is_over() {
                    return Err(SendError::lost(error));
                }
            }
        }
        Ok(answer)
    }

    /// Reads the body of an answer: an event, or with any other status, text.
    pub(super) async fn read_event(
        &mut self,
        status: StatusCode,
        body: Incoming,
    ) -> Result<Bytes, Error> {
        let max = if status == StatusCode::OK {
            usize::MAX
        } else {
            MAX_TEXT
        };
        self.read(body, max).await
    }

    async fn read(&mut self, body: Incoming, max: usize) -> Result<Bytes, Error> {
        let Some(connection) = &mut self.connection else {
            return Ok(Bytes::new());
        };
        let read = connection.read(body, max).await;
        if read.is_err() {
            self.connection = None;
        }
        read
    }

    /// Sends a request, over a new connection if the kept one is closed.
    pub(super) async fn send(
        &mut self,
        mut request: Request<Reply<B>>,
    ) -> Result<Response<Incoming>, SendError<B>> {
        loop {
            let (mut connection, is_kept) = match self.connection.take() {
                Some(connection) => (connection, true),
                None => match Connection::open(&self.api).await {
                    Ok(connection) => (Box::new(connection), false),
                    Err(error) => {
                        let unsent = Some(Box::new(request));
                        return Err(SendError { unsent, error });
                    }
                },
            };
            match connection.send(request).await {
                Ok(response) => {
                    self.connection = Some(connection);
                    return Ok(response);
                }
                // The connection had been closed meanwhile.
                Err(SendError {
                    unsent: Some(unsent),
                    ..
                }) if is_kept => request = *unsent,
                Err(error) => return Err(error),
            }
        }
    }
}

#[cold]
pub(super) fn no_answer() -> Error {
    Error::timeout(format!("the Runtime API did not answer in {TIMEOUT:?}"))
}
