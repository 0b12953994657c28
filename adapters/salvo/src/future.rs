use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use salvo_core::ConnCtrl;
use salvo_core::http::ResBody;

use crate::{Aborted, Body};

/// Salvo's own, which it boxes.
type Handling = Pin<Box<dyn Future<Output = Result<Response<ResBody>, hyper::Error>> + Send>>;

/// The future of a [`SalvoService`](crate::SalvoService).
pub struct ResponseFuture {
    handling: Handling,
    connection: ConnCtrl,
}

impl ResponseFuture {
    pub(crate) fn new(handling: Handling, connection: ConnCtrl) -> Self {
        ResponseFuture {
            handling,
            connection,
        }
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response<Body>, Aborted>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.handling.as_mut().poll(cx) {
            Poll::Ready(Ok(response)) => {
                let connection = self.connection.clone();
                Poll::Ready(Ok(response.map(|body| Body::new(body, connection))))
            }
            Poll::Ready(Err(_)) => Poll::Ready(Err(Aborted::new())),
            // Salvo waits for its server to end the connection.
            Poll::Pending if self.connection.is_aborted() => Poll::Ready(Err(Aborted::new())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
