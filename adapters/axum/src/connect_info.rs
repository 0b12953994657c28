use std::net::SocketAddr;
use std::task::{Context, Poll};

use axum::extract::ConnectInfo;
use http::Request;
use liftgate::Event;
use tower_layer::Layer;
use tower_service::Service;

/// Gives handlers and middleware `ConnectInfo<SocketAddr>` where the app is behind a gateway: the
/// [address](liftgate::Event::client_addr) of the gateway's client.
///
/// An app that uses it runs on Lambda, behind the local gateway, and by `axum::serve` with
/// `into_make_service_with_connect_info::<SocketAddr>()`, where this layer leaves what is there. Add
/// it last, so that it is around all other layers.
///
/// | gateway | address | port |
/// |---|---|---|
/// | REST API, HTTP API, WebSocket API, function URL | the client's, by `sourceIp` in the request context | 0 |
/// | load balancer | the last in `X-Forwarded-For` | 0, or the client's where the load balancer [preserves it][port] |
/// | VPC Lattice | the last in `X-Forwarded-For` | 0 |
///
/// Some events have no address: a load balancer's health checks, those of the console's test
/// button, and those that are passed through. Then nothing is inserted, and `ConnectInfo` rejects
/// the request with 500; `Option<ConnectInfo<_>>` does not exist, so where that may be, use
/// `Option<Extension<ConnectInfo<SocketAddr>>>`.
///
/// [port]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html#x-forwarded-for-client-port-preservation
///
/// # Examples
///
/// ```
/// use std::net::SocketAddr;
/// use axum::{Router, extract::ConnectInfo, routing::get};
/// use liftgate_axum::ConnectInfoLayer;
///
/// async fn whoami(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
///     client.ip().to_string()
/// }
///
/// let app: Router = Router::new().route("/whoami", get(whoami)).layer(ConnectInfoLayer::new());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectInfoLayer {
    _priv: (),
}

impl ConnectInfoLayer {
    /// The layer.
    pub fn new() -> Self {
        ConnectInfoLayer::default()
    }
}

impl<S> Layer<S> for ConnectInfoLayer {
    type Service = ConnectInfoService<S>;

    fn layer(&self, inner: S) -> ConnectInfoService<S> {
        ConnectInfoService { inner }
    }
}

/// The service of a [`ConnectInfoLayer`].
#[derive(Clone, Copy, Debug)]
pub struct ConnectInfoService<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for ConnectInfoService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        let extensions = request.extensions_mut();
        if extensions.get::<ConnectInfo<SocketAddr>>().is_none() {
            let client = extensions.get::<Event>().and_then(Event::client_addr);
            if let Some(client) = client {
                extensions.insert(ConnectInfo(client));
            }
        }
        self.inner.call(request)
    }
}
