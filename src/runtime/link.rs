use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::api::Api;
use super::connection::{Connection, SendError, TIMEOUT};
use crate::error::BoxError;
use crate::{Error, Reply};

/// A connection that is kept, and opened again when it has closed.
pub(super) struct Link<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    api: Arc<Api>,
    connection: Option<Connection<B>>,
}

impl<B> Link<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(api: Arc<Api>) -> Self {
        let connection = None;
        Link { api, connection }
    }

    /// Closes the connection, and drops the body that is being sent over it.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }

    /// Sends a request, and reads the answer, which may not take for ever.
    pub(super) async fn answer(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<(StatusCode, Bytes), Error> {
        let answer = timeout(TIMEOUT, self.exchange(request)).await;
        answer.unwrap_or_else(|_| Err(no_answer()))
    }

    /// Sends a request, and reads the answer.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<(StatusCode, Bytes), Error> {
        let (parts, body) = self.send(request).await?.into_parts();
        // The status is the answer; what follows it is for the log.
        let text = self.read(body).await.unwrap_or_default();
        if !parts.status.is_success() {
            // Who refuses a body may not read it.
            if let Some(connection) = &mut self.connection {
                if connection.now_ready().await.is_pending() {
                    self.connection = None;
                }
            }
        }
        Ok((parts.status, text))
    }

    /// The same, for a body that may still be going out when the answer comes.
    pub(super) async fn exchange_stream(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<(StatusCode, Bytes), Error> {
        let answer = self.exchange(request).await?;
        match &mut self.connection {
            Some(connection) => connection.ready().await.map(|()| answer),
            None => Ok(answer),
        }
    }

    /// Reads the body of an answer.
    pub(super) async fn read(&mut self, body: Incoming) -> Result<Bytes, Error> {
        let Some(connection) = &mut self.connection else {
            return Ok(Bytes::new());
        };
        let read = connection.read(body).await;
        if read.is_err() {
            self.connection = None;
        }
        read
    }

    /// Sends a request, over a new connection if the kept one is closed.
    pub(super) async fn send(
        &mut self,
        mut request: Request<Reply<B>>,
    ) -> Result<Response<Incoming>, Error> {
        loop {
            let (mut connection, is_kept) = match self.connection.take() {
                Some(connection) => (connection, true),
                None => (Connection::open(&self.api).await?, false),
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
                }) if is_kept => request = unsent,
                Err(SendError { error, .. }) => return Err(error),
            }
        }
    }
}

#[cold]
pub(super) fn no_answer() -> Error {
    Error::timeout(format!("the Runtime API did not answer in {TIMEOUT:?}"))
}
