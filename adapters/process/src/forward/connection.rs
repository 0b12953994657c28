use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use liftgate::Body;
use rustix::net::{RecvFlags, recv, sockopt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::stream::{Passed, Stream};
use crate::Address;

/// How long the app may take to accept a connection, which its kernel does for it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What a server reads at once, in bytes: of a longer request it may have read the beginning alone.
const ONE_READ: usize = 4096;

/// More headers than any gateway delivers: an HTTP API takes 10,240 bytes of them, a stream's
/// prelude has 16 KiB, and the shortest takes 4. hyper would stop at 100.
const MAX_HEADERS: usize = 1000;

/// A connection to the app, driven by whoever has it: there is no task.
pub(crate) struct Connection {
    sender: SendRequest<Body>,
    // `None` once it has ended.
    driver: Option<Driver>,
    // The same socket, to look whether it was closed: what has it does not tell.
    probe: OwnedFd,
    passed: Passed,
}

type Driver = http1::Connection<TokioIo<Stream>, Body>;

/// A request that got no answer.
pub(crate) struct SendError {
    /// Whether any of it was sent.
    pub(super) is_sent: bool,
    /// Whether the app had closed the connection before any of it came there.
    pub(super) is_unread: bool,
    pub(crate) error: hyper::Error,
}

impl Connection {
    /// Connects to the first of the app's addresses that answers.
    pub(crate) async fn open(address: &Address) -> io::Result<Self> {
        let passed = Passed::default();
        let (stream, probe) = match address {
            Address::Tcp(addresses) => {
                let stream = connect(addresses).await?;
                stream.set_nodelay(true)?;
                let probe = stream.as_fd().try_clone_to_owned()?;
                (Stream::tcp(stream, passed.clone()), probe)
            }
            Address::Unix(path) => {
                let stream = in_time(UnixStream::connect(path)).await?;
                let probe = stream.as_fd().try_clone_to_owned()?;
                (Stream::unix(stream, passed.clone()), probe)
            }
        };
        let mut builder = http1::Builder::new();
        builder.max_headers(MAX_HEADERS);
        let handshake = builder.handshake(TokioIo::new(stream)).await;
        let (sender, driver) = handshake.map_err(io::Error::other)?;
        Ok(Connection {
            sender,
            driver: Some(driver),
            probe,
            passed,
        })
    }

    /// Whether the app has neither closed it nor said anything that nobody asked for, as far as the
    /// kernel knows at this moment.
    pub(super) fn is_open(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        recv(&self.probe, &mut [0u8; 1][..], flags)
            .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Whether it can be asked again, once what it was asked has been answered.
    pub(super) fn is_ready(&mut self) -> bool {
        let cx = &mut deaf();
        // The end of a body is noticed in one turn, the end of the exchange in the next.
        for _ in 0..3 {
            poll_driver(&mut self.driver, cx);
            match self.sender.poll_ready(cx) {
                Poll::Ready(ready) => return ready.is_ok(),
                Poll::Pending if self.driver.is_none() => return false,
                Poll::Pending => {}
            }
        }
        false
    }

    /// Sends a request, and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, SendError> {
        self.passed.reset();
        let mut answer = pin!(self.sender.send_request(request));
        let driver = &mut self.driver;
        let (passed, probe) = (&self.passed, &self.probe);
        let answered = poll_fn(|cx| {
            if let Poll::Ready(answered) = answer.as_mut().poll(&mut deaf()) {
                return Poll::Ready(answered);
            }
            let polled = drive(driver, cx, |cx| answer.as_mut().poll(cx));
            if polled.is_pending() && passed.has_news() {
                acknowledge(probe);
            }
            polled
        });
        let answered = answered.await;
        answered.map_err(|error| SendError {
            is_sent: self.passed.is_written(),
            is_unread: !self.passed.is_read()
                && self.passed.is_one_write_of(ONE_READ)
                && is_refused(&error, &self.probe),
            error,
        })
    }

    /// The next part of an answer. What was read before is not all of it.
    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
        body: &mut Incoming,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let mut body = Pin::new(body);
        // What has come already needs no connection.
        if let Poll::Ready(frame) = body.as_mut().poll_frame(&mut deaf()) {
            return Poll::Ready(frame);
        }
        if self.passed.has_news() {
            acknowledge(&self.probe);
        }
        drive(&mut self.driver, cx, |cx| body.as_mut().poll_frame(cx))
    }
}

/// Lets what is written and read go on, until that brings what is waited for.
///
/// The connection is driven by who waits for it, in one task, and that one of the two wakes the other is no
/// reason to poll the task once more. So they first do what can be done now, and ask to be woken only if
/// that was not enough. Who waits has been polled by the caller, and is [deaf] to what the connection finds.
fn drive<T>(
    driver: &mut Option<Driver>,
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    for waker in [Waker::noop(), cx.waker()] {
        let cx = &mut Context::from_waker(waker);
        poll_driver(driver, cx);
        if let Poll::Ready(output) = poll(cx) {
            return Poll::Ready(output);
        }
    }
    Poll::Pending
}

/// Of a task that is not woken.
fn deaf() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn poll_driver(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if let Some(connection) = driver
        && Pin::new(connection).poll(cx).is_ready()
    {
        *driver = None;
    }
}

/// Whether nobody can have read what was sent, as the kernel tells.
///
/// A [reset] alone does not tell it: a kernel sends one where a part was not read, and an app may send one
/// whatever it has read. A reset after the end of what the app says does: it had closed the connection, and
/// then something came. Linux tells the two apart ([`tcp_reset`]), the second by `EPIPE`, as it does on a
/// Unix socket.
///
/// [reset]: https://www.rfc-editor.org/rfc/rfc9293.html#section-3.5.2
/// [`tcp_reset`]: https://github.com/torvalds/linux/blob/v6.12/net/ipv4/tcp_input.c
fn is_refused(error: &hyper::Error, socket: &OwnedFd) -> bool {
    let read: Option<&io::Error> = error.source().and_then(|error| error.downcast_ref());
    // The end hides what came after it.
    let hidden = sockopt::socket_error(socket).ok().and_then(Result::err);
    let kind = read
        .map(io::Error::kind)
        .or(hidden.map(|error| error.kind()));
    kind == Some(io::ErrorKind::BrokenPipe)
}

/// Tells the app's kernel at once that what it sent has arrived, since it may keep back what is next
/// until it knows (Nagle), and the kernel here may keep that to itself for 40 ms ([tcp(7)]).
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
fn acknowledge(socket: &OwnedFd) {
    #[cfg(target_os = "linux")]
    // A Unix socket does not know it, and has no need of it.
    let _ = sockopt::set_tcp_quickack(socket, true);
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut failed = None;
    for address in addresses {
        let connected = in_time(TcpStream::connect(address)).await;
        match connected.and_then(to_another) {
            Ok(stream) => return Ok(stream),
            // What the first says is what the log is to tell.
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
}

/// Refuses a socket that is connected to itself. That happens where nobody listens on a port of the
/// range that [connections leave from][range]: sooner or later the kernel has one leave from that very
/// port.
///
/// [range]: https://docs.kernel.org/networking/ip-sysctl.html#ip-variables
fn to_another(stream: TcpStream) -> io::Result<TcpStream> {
    if stream.local_addr()? != stream.peer_addr()? {
        return Ok(stream);
    }
    // Closed as usual, it would keep the port from the app for a minute.
    stream.set_zero_linger()?;
    Err(io::ErrorKind::ConnectionRefused.into())
}

async fn in_time<T>(connecting: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let connected = timeout(CONNECT_TIMEOUT, connecting).await;
    connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::task::coop::consume_budget;
    use tokio::time::sleep;

    use super::*;

    /// As one of an app that does not ask to use an address again.
    fn bound(address: SocketAddr) -> TcpSocket {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(address).unwrap();
        socket
    }

    #[tokio::test]
    async fn a_connection_to_itself_is_none_and_leaves_the_port_to_the_app() {
        let socket = bound(([127, 0, 0, 1], 0).into());
        let address = socket.local_addr().unwrap();
        let itself = socket.connect(address).await.unwrap();
        let error = to_another(itself).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        bound(address).listen(1).unwrap();
    }

    #[tokio::test]
    async fn a_connection_to_the_app_is_one() {
        let app = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = connect(&[app.local_addr().unwrap()]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), app.local_addr().unwrap());
    }

    /// Tokio lets a task do [so much](tokio::task::coop) in one turn, and then has it wait for the next.
    #[tokio::test]
    async fn an_answer_is_heard_however_little_the_task_may_do_in_a_turn() {
        let app = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(vec![app.local_addr().unwrap()]);
        for units in 0..20 {
            let mut connection = Connection::open(&address).await.unwrap();
            let (mut stream, _) = app.accept().await.unwrap();
            let mut sent = pin!(connection.send(Request::new(Body::empty())));
            assert!(poll_fn(|cx| Poll::Ready(sent.as_mut().poll(cx).is_pending())).await);
            assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
            // The connection ends with it.
            let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
            let mut turns = 0;
            let answered = poll_fn(|cx| {
                turns += 1;
                if turns < 4 {
                    leave(units);
                }
                sent.as_mut().poll(cx)
            });
            let answered = tokio::select! {
                // First, since it wakes the task too.
                biased;
                () = sleep(Duration::from_secs(60)) => panic!("the task is not woken"),
                answered = answered => answered.ok().unwrap(),
            };
            assert_eq!(answered.status(), 204);
        }
    }

    /// Lets the task do so much in this turn.
    fn leave(units: usize) {
        const BUDGET: usize = 128;
        for _ in units..BUDGET {
            let _ = pin!(consume_budget()).poll(&mut deaf());
        }
    }
}
