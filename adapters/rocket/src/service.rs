use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use rocket::local::asynchronous::Client;
use rocket::{Build, Rocket};
use tokio::sync::RwLock;
use tower_service::Service;

use crate::Body;
use crate::handover::{Handover, Piece, Sender};
use crate::request::local_request;
use crate::response::{Outgoing, head};
use crate::sizes::Sizes;

/// A rocket in orbit, as a tower service. It is made by [`service`].
#[derive(Clone)]
pub struct RocketService {
    // A request reads it while it is answered. `None` once the rocket has been shut down.
    client: Arc<RwLock<Option<Client>>>,
}

/// Ignites a rocket, and makes a service of it, for [`liftgate::Lambda`], for layers, and for tests.
///
/// Its fairings see ignition and liftoff. For the fairings that wait for shutdown there is
/// [`RocketService::shutdown`], which [`run`](crate::run) calls by itself.
///
/// # Errors
///
/// Those of [`Rocket::ignite`].
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Invocation, Lambda};
/// use tower_service::Service as _;
///
/// #[rocket::get("/<name>")]
/// fn hello(name: &str) -> String {
///     format!("Hello, {name}!")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rocket = rocket::build().mount("/", rocket::routes![hello]);
/// let service = liftgate_rocket::service(rocket).await?;
/// let event = r#"{"version": "2.0", "rawPath": "/world", "requestContext": {"http": {"method": "GET"}}}"#;
/// let reply = Lambda::new(service).call(Invocation::new(event, Context::default())).await?;
/// let reply = String::from_utf8(reply.into_bytes().unwrap().into())?;
/// assert!(reply.contains("Hello, world!"), "{reply}");
/// # Ok(())
/// # }
/// ```
pub async fn service(rocket: Rocket<Build>) -> Result<RocketService, rocket::Error> {
    let client = Client::untracked(rocket.attach(Sizes)).await?;
    Ok(RocketService {
        client: Arc::new(RwLock::new(Some(client))),
    })
}

impl RocketService {
    /// Tells the rocket to shut down, waits for the requests in progress, and runs the fairings
    /// that wait for that. Requests that come later fail.
    pub async fn shutdown(&self) {
        if let Some(client) = &*self.client.read().await {
            client.rocket().shutdown().notify();
        }
        let client = self.client.write().await.take();
        if let Some(client) = client {
            client.terminate().await;
        }
    }
}

impl Service<Request<liftgate::Body>> for RocketService {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<liftgate::Body>) -> ResponseFuture {
        let client = Arc::clone(&self.client);
        let answer = Handover::new(|sender| answer(client, request, sender));
        ResponseFuture {
            answer: Some(answer),
        }
    }
}

impl fmt::Debug for RocketService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocketService").finish_non_exhaustive()
    }
}

/// Answers a request. The response borrows from the request, and both from the client, so all of
/// them stay here until the body has been read.
async fn answer(
    client: Arc<RwLock<Option<Client>>>,
    request: Request<liftgate::Body>,
    sender: Sender,
) -> io::Result<()> {
    let client = client.read().await;
    let Some(client) = &*client else {
        return Err(io::Error::other("the rocket has been shut down"));
    };
    let (mut parts, body) = request.into_parts();
    let extensions = mem::take(&mut parts.extensions);
    let request = local_request(client, &parts, extensions, &body);
    let response = request.dispatch().await;
    let head = head(&response)?;
    let body = Outgoing::new(response, &parts.method);
    sender.send(Piece::Head(head, body.size())).await;
    body.send(sender).await
}

/// The future of a [`RocketService`].
#[derive(Debug)]
pub struct ResponseFuture {
    // Invariant: `Some` until it is ready.
    answer: Option<Handover>,
}

impl Future for ResponseFuture {
    type Output = io::Result<Response<Body>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = &mut self.get_mut().answer;
        let Some(running) = answer else {
            return Poll::Pending;
        };
        match ready!(running.poll_next(cx)) {
            Some(Ok(Piece::Head(head, size))) => {
                let body = Body::new(answer.take(), size);
                Poll::Ready(Ok(head.map(|()| body)))
            }
            Some(Err(error)) => Poll::Ready(Err(error)),
            // The head comes first, and an answer without one ends in an error of its own.
            Some(Ok(Piece::Data(_))) | None => {
                Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
            }
        }
    }
}
