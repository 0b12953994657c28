use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::service::Service as _;
use salvo_core::conn::SocketAddr;
use salvo_core::{ConnCtrl, Service};

use crate::request::{address, scheme};
use crate::{Aborted, Body, ResponseFuture};

/// A tower service of salvo's service or router, for `liftgate::run`, `Runtime::run` or
/// [`liftgate::Lambda`].
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Event, Invocation, Lambda};
/// use salvo_core::prelude::*;
/// use tower_service::Service as _;
///
/// #[handler]
/// async fn whoami(request: &mut Request) -> String {
///     let event = request.extensions().get::<Event>().unwrap();
///     format!("{} by {}", request.remote_addr(), event.source().name())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let app = Router::with_path("whoami").get(whoami);
/// let event = r#"{
///     "version": "2.0", "rawPath": "/whoami", "rawQueryString": "", "headers": {},
///     "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.7"}}
/// }"#;
/// let mut lambda = Lambda::new(liftgate_salvo::service(app));
/// let reply = lambda.call(Invocation::new(event, Context::default())).await?;
/// let reply: serde_json::Value = serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
/// assert_eq!(reply["body"], "socket://192.0.2.7:0 by http_api");
/// # Ok(())
/// # }
/// ```
pub fn service(service: impl Into<Service>) -> SalvoService {
    SalvoService {
        service: Arc::new(service.into()),
        connection: ConnCtrl::new(),
    }
}

/// A salvo service as a tower service: see [`service`].
///
/// Its clones share the service. Each stands for a connection, of which handlers have the control:
/// one that is aborted makes the invocation fail, and the next one is served as by another.
#[derive(Debug)]
pub struct SalvoService {
    service: Arc<Service>,
    connection: ConnCtrl,
}

impl Clone for SalvoService {
    fn clone(&self) -> Self {
        SalvoService {
            service: Arc::clone(&self.service),
            connection: ConnCtrl::new(),
        }
    }
}

impl tower_service::Service<Request<liftgate::Body>> for SalvoService {
    type Response = Response<Body>;
    type Error = Aborted;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Aborted>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<liftgate::Body>) -> ResponseFuture {
        if self.connection.is_aborted() || self.connection.is_graceful_shutdown() {
            self.connection = ConnCtrl::new();
        }
        let (remote, scheme) = (address(&request), scheme(request.headers()));
        let connection = self.connection.clone();
        // What salvo's server makes for a connection, which has one client.
        let handler = self.service.hyper_handler(
            SocketAddr::Unknown,
            remote,
            scheme,
            None,
            connection.clone(),
            None,
        );
        let handling = handler.call(request.map(liftgate::Body::into_bytes));
        ResponseFuture::new(handling, connection)
    }
}
