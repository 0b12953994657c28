//! The gateway's side that clients see: HTTP in, an event to the function, its reply, HTTP out.

mod body;
mod exchange;
mod spelling;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
#[cfg(feature = "websocket")]
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::arrival::Arrival;
use super::function::{Call, Function};
use super::gateway::{Gateway, Kind};
#[cfg(feature = "websocket")]
use super::websocket::{self, Connections};
#[cfg(feature = "websocket")]
use body::Outgoing;
use spelling::{Spelled, Speller};

pub(in crate::local) use body::{next_frame, read};
pub use exchange::Exchange;
#[cfg(feature = "websocket")]
pub(in crate::local) use exchange::{Account, waited};

/// How much longer the function has than the gateway waits, so that it is the gateway that gives up.
const GRACE: Duration = Duration::from_millis(100);

/// What clients send is limited by its bytes, as gateways do, and not by its number of headers.
const MAX_HEADERS: usize = 1024;

/// A local gateway: it listens, and has a function answer.
///
/// # Examples
///
/// ```no_run
/// use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let function = RuntimeApi::bind().await?;
/// println!("AWS_LAMBDA_RUNTIME_API={}", function.address());
/// let gateway = Gateway::new(Kind::FunctionUrl);
/// let server = Server::bind("127.0.0.1:9000", gateway, function).await?;
/// server.on_exchange(|exchange| println!("{} {}", exchange.method, exchange.uri)).serve().await
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    desk: Desk,
}

/// What all connections share.
#[derive(Clone)]
pub(in crate::local) struct Desk {
    pub(in crate::local) gateway: Arc<Gateway>,
    pub(in crate::local) function: Arc<dyn Function>,
    pub(in crate::local) port: u16,
    #[cfg(feature = "websocket")]
    pub(in crate::local) connections: Connections,
    function_timeout: Option<Duration>,
    on_exchange: Arc<dyn Fn(&Exchange) + Send + Sync>,
}

impl Server {
    /// Listens at `host:port`.
    ///
    /// # Errors
    ///
    /// If the address is none of this machine's, or taken, and for a WebSocket API without the
    /// feature `websocket`.
    pub async fn bind(
        address: &str,
        gateway: Gateway,
        function: impl Function,
    ) -> io::Result<Self> {
        if gateway.kind() == Kind::WebSocket && !cfg!(feature = "websocket") {
            let reason = "a WebSocket API needs liftgate's feature `websocket`: `features = [\"websocket\"]`";
            return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let desk = Desk {
            gateway: Arc::new(gateway),
            function: Arc::new(function),
            port: address.port(),
            #[cfg(feature = "websocket")]
            connections: Connections::default(),
            function_timeout: None,
            on_exchange: Arc::new(|_| ()),
        };
        Ok(Server {
            listener,
            address,
            desk,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients are to be given: the scheme, the address, and the path of the API's stage.
    pub fn url(&self) -> String {
        let scheme = match self.desk.gateway.kind() {
            Kind::WebSocket => "ws",
            _ => "http",
        };
        format!(
            "{scheme}://{}{}",
            self.address,
            self.desk.gateway.url_path()
        )
    }

    /// How long the function has; by default, a little longer than the gateway waits.
    pub fn function_timeout(mut self, timeout: Duration) -> Self {
        self.desk.function_timeout = Some(timeout);
        self
    }

    /// Is told of each request when it has been answered.
    pub fn on_exchange(mut self, report: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        self.desk.on_exchange = Arc::new(report);
        self
    }

    /// Serves clients, until it is dropped.
    ///
    /// # Errors
    ///
    /// None; the type says that it ends no other way.
    pub async fn serve(self) -> io::Result<()> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        connections.spawn(connection(stream, peer, self.desk.clone()));
                    }
                    // Too many open files, say: it passes.
                    Err(_) => spare().await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// Waits for what is short to come back.
pub(in crate::local) async fn spare() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, desk: Desk) {
    // A delay is all that is lost without it.
    let _ = stream.set_nodelay(true);
    let speller = Speller::default();
    let stream = Spelled::new(stream, speller.clone());
    #[cfg(feature = "websocket")]
    let (door, handshakes) = websocket::door();
    let service = service_fn(move |request: Request<Incoming>| {
        let (desk, speller) = (desk.clone(), speller.clone());
        #[cfg(feature = "websocket")]
        let door = door.clone();
        async move {
            let names = speller.names(&request);
            let arrival = Arrival::new(peer, desk.port).header_names(names);
            #[cfg(feature = "websocket")]
            if desk.gateway.kind() == Kind::WebSocket {
                let response = websocket::answer(&desk, request, arrival, &door).await;
                if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                    speller.reset();
                }
                return Ok(response.map(|body| Outgoing::Whole(body.into())));
            }
            exchange::exchange(&desk, request, arrival, &speller).await
        }
    });
    let served = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that went away, or spoke no HTTP, which hyper has answered.
    #[cfg(feature = "websocket")]
    let _ = tokio::join!(served, websocket::attend(handshakes));
    #[cfg(not(feature = "websocket"))]
    let _ = served.await;
}

impl Desk {
    /// The call that has an event answered.
    pub(in crate::local) fn call(&self, event: Bytes, arrival: Option<&Arrival>) -> Call {
        let limit = self.gateway.timeout_or_default();
        let mut call = Call::new(event)
            .timeout(self.function_timeout.unwrap_or(limit + GRACE))
            .streaming(self.gateway.is_streaming());
        if let Some(arrival) = arrival {
            call.request_id = arrival.request_id().to_owned();
            call.trace_id = arrival.trace_id().to_owned();
        }
        call
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("gateway", &self.gateway)
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}
