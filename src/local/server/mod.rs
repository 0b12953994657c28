//! The gateway's side that clients see: HTTP in, an event to the function, its reply, HTTP out.

mod body;
mod exchange;
mod spelling;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::function::Function;
use super::gateway::Gateway;
use spelling::{Spelled, Speller};

pub(in crate::local) use body::{next_frame, read};
pub use exchange::Exchange;

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
struct Desk {
    gateway: Arc<Gateway>,
    function: Arc<dyn Function>,
    port: u16,
    function_timeout: Option<Duration>,
    on_exchange: Arc<dyn Fn(&Exchange) + Send + Sync>,
}

impl Server {
    /// Listens at `host:port`.
    ///
    /// # Errors
    ///
    /// If the address is none of this machine's, or taken.
    pub async fn bind(
        address: &str,
        gateway: Gateway,
        function: impl Function,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let desk = Desk {
            gateway: Arc::new(gateway),
            function: Arc::new(function),
            port: address.port(),
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

    /// How long the function has; by default, as long as the gateway waits.
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
    let service = service_fn(move |request: Request<Incoming>| {
        let names = speller.names(&request);
        exchange::exchange(desk.clone(), request, peer, names, speller.clone())
    });
    let served = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that went away, or spoke no HTTP, which hyper has answered.
    let _ = served.await;
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("gateway", &self.gateway)
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}
