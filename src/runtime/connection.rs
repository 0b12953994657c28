use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::api::Api;
use super::wakes::Wakes;
use crate::body::Gather;
use crate::error::BoxError;
use crate::{Error, Reply};

/// How long the Runtime API may leave us in the middle of something.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// How long it may take to open a connection, or to be done with what it has answered.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// One HTTP connection.
///
/// It is driven by whoever waits for an answer, in the same task: nothing has to be woken, or
/// be `Send`, and a body that is being sent is dropped with the connection.
pub(super) struct Connection<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    sender: SendRequest<Reply<B>>,
    // `None` once it has ended.
    driver: Option<http1::Connection<TokioIo<TcpStream>, Reply<B>>>,
    wakes: Wakes,
}

/// A request that brought no answer.
pub(super) struct SendError<B> {
    /// The request, if nothing of it has been sent.
    pub(super) unsent: Option<Box<Request<Reply<B>>>>,
    pub(super) error: Error,
}

impl<B> SendError<B> {
    /// Of a request that may have arrived.
    pub(super) fn lost(error: Error) -> Self {
        let unsent = None;
        SendError { unsent, error }
    }
}

impl<B> Connection<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) async fn open(api: &Api) -> Result<Self, Error> {
        let failed = |error| {
            Error::runtime_from(
                &format!("connecting to the Runtime API at {}", api.authority),
                error,
            )
        };
        let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect(&api.authority)).await;
        let late = |_| Err(io::ErrorKind::TimedOut.into());
        let stream = connected.unwrap_or_else(late).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        Ok(Connection {
            sender,
            driver: Some(driver),
            wakes: Wakes::new(),
        })
    }

    /// Whether the last exchange is over, to the end of the body that was sent.
    pub(super) async fn now_ready(&mut self) -> Poll<Result<(), Error>> {
        poll_fn(|cx| {
            let driver = &mut self.driver;
            let driven = |cx: &mut Context<'_>| {
                poll_driver(driver, cx);
                Poll::Ready(self.sender.poll_ready(cx).map_err(broken))
            };
            self.wakes.poll(cx, driven)
        })
        .await
    }

    /// Waits until the last exchange is over.
    pub(super) async fn ready(&mut self) -> Result<(), Error> {
        let ready = self.sender.ready();
        drive(&mut self.driver, &mut self.wakes, ready)
            .await
            .map_err(broken)
    }

    /// Sends a request, and waits for the head of the answer.
    pub(super) async fn send(
        &mut self,
        request: Request<Reply<B>>,
    ) -> Result<Response<Incoming>, SendError<B>> {
        let ready = match self.now_ready().await {
            Poll::Ready(ready) => ready,
            Poll::Pending => timeout(CONNECT_TIMEOUT, self.ready())
                .await
                .unwrap_or_else(|_| {
                    let message = "the Runtime API does not read what it has answered";
                    Err(Error::runtime(message))
                }),
        };
        if let Err(error) = ready {
            return Err(SendError {
                unsent: Some(Box::new(request)),
                error,
            });
        }
        let sender = &mut self.sender;
        let sent = self.wakes.before_poll(|| sender.try_send_request(request));
        drive(&mut self.driver, &mut self.wakes, sent)
            .await
            .map_err(|mut error| SendError {
                unsent: error.take_message().map(Box::new),
                error: broken(error.into_error()),
            })
    }

    /// Reads the body of an answer, which may have so many bytes.
    pub(super) async fn read(&mut self, body: Incoming, max: usize) -> Result<Bytes, Error> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        drive(&mut self.driver, &mut self.wakes, read(body, max)).await
    }
}

/// Drives the connection until the future is done. What goes wrong on the connection is told to
/// the future.
async fn drive<F: Future, C: Future + Unpin>(
    driver: &mut Option<C>,
    wakes: &mut Wakes,
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    let mut drive = |cx: &mut Context<'_>| {
        // What has come already needs no connection.
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        poll_driver(driver, cx);
        future.as_mut().poll(cx)
    };
    poll_fn(|cx| wakes.poll(cx, &mut drive)).await
}

fn poll_driver<C: Future + Unpin>(driver: &mut Option<C>, cx: &mut Context<'_>) {
    if let Some(connection) = driver {
        if Pin::new(connection).poll(cx).is_ready() {
            *driver = None;
        }
    }
}

async fn read(mut body: Incoming, max: usize) -> Result<Bytes, Error> {
    let mut gathered = Gather::default();
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let Ok(frame) = timeout(TIMEOUT, frame).await else {
            return Err(Error::runtime(format!(
                "the Runtime API sent nothing for {TIMEOUT:?} in the middle of a body"
            )));
        };
        match frame {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    gathered.push(data, || body.size_hint().lower());
                }
                if gathered.len() > max {
                    return Err(Error::runtime("the Runtime API sends without end"));
                }
            }
            Some(Err(error)) => return Err(broken(error)),
            None => return Ok(gathered.into_bytes()),
        }
    }
}

fn broken(error: hyper::Error) -> Error {
    Error::runtime_from("the Runtime API", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    #[tokio::test]
    async fn what_is_written_goes_out_at_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let api = Api::new(&address).unwrap();
        let connection = Connection::<Body>::open(&api).await.unwrap();
        let stream = connection.driver.unwrap().into_parts().io.into_inner();
        assert!(stream.nodelay().unwrap());
    }
}
