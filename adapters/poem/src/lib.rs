#![doc = include_str!("../README.md")]

mod request;
mod service_fn;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use liftgate::Body;
use poem::{Endpoint as _, IntoEndpoint};
use tower_service::Service;

use crate::request::convert;
use crate::service_fn::ServiceFn;

/// A tower service of an endpoint, for `liftgate::run`, `Runtime::run` or [`liftgate::Lambda`].
///
/// Its clones share the endpoint. It is always ready, and never fails: an error of the endpoint is
/// the response that poem's server makes of it.
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Event, Invocation, Lambda};
/// use poem::web::{Data, RemoteAddr};
/// use poem::{Route, get, handler};
/// use tower_service::Service;
///
/// #[handler]
/// fn whoami(Data(event): Data<&Event>, address: &RemoteAddr) -> String {
///     format!("{address} by {}", event.source().name())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let app = Route::new().at("/whoami", get(whoami));
/// let event = r#"{
///     "version": "2.0", "rawPath": "/whoami", "rawQueryString": "", "headers": {},
///     "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.7"}}
/// }"#;
/// let mut lambda = Lambda::new(liftgate_poem::service(app));
/// let reply = lambda.call(Invocation::new(event, Context::default())).await?;
/// let reply: serde_json::Value = serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
/// assert_eq!(reply["body"], "socket://192.0.2.7:0 by http_api");
/// # Ok(())
/// # }
/// ```
pub fn service<E>(
    endpoint: E,
) -> impl Service<
    Request<Body>,
    Response = Response<BoxBody<Bytes, io::Error>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ Sync
where
    E: IntoEndpoint<Endpoint: 'static>,
{
    let endpoint = Arc::new(endpoint.into_endpoint());
    ServiceFn::new(move |request| {
        let endpoint = Arc::clone(&endpoint);
        async move { Ok(endpoint.get_response(convert(request)).await.into()) }
    })
}
