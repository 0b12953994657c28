//! The app of the program, which tells how to run it.

use std::convert::Infallible;
use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use liftgate::Body;
use tonic::Status;
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, Service, ServiceExt as _};

use greeter_server::{Greeter, GreeterServer};

mod generated {
    #![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

    tonic::include_proto!("example.Greeter");
}

pub use generated::{greeter_client, greeter_server};

/// How many messages a stream has before it fails.
pub const MOST: usize = 5;

/// Whom to greet.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct HelloRequest {
    /// The name.
    #[prost(string, tag = "1")]
    pub name: String,
}

/// The greeting.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct HelloReply {
    /// The text.
    #[prost(string, tag = "1")]
    pub message: String,
}

/// The app, with what it does before each message of a stream but the first.
///
/// # Examples
///
/// ```
/// let lambda = liftgate::Lambda::new(example_grpc_web::app(|| std::future::ready(())));
/// ```
pub fn app<P, F>(
    pause: P,
) -> impl Service<
    Request<Body>,
    Response = Response<tonic::body::Body>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static
where
    P: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    // It takes bodies of any type. Without it, `request.map(tonic::body::Body::new)` is what a
    // service of tonic's takes.
    let greeter = GrpcWebLayer::new().layer(GreeterServer::new(Hello { pause }));
    tower::service_fn(move |request: Request<Body>| {
        let greeter = greeter.clone();
        async move {
            if is_plain(&request) {
                let why = "plain gRPC needs trailers, which do not pass this gateway; use gRPC-Web";
                return Ok(Status::unimplemented(why).into_http());
            }
            greeter.oneshot(request).await
        }
    })
}

/// Whether it is gRPC, but not gRPC-Web.
fn is_plain(request: &Request<Body>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.map(|kind| kind.as_bytes());
    let rest = kind.and_then(|kind| kind.strip_prefix(b"application/grpc"));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';' | b' ')))
}

/// The service.
struct Hello<P> {
    pause: P,
}

type Replies = Pin<Box<dyn Stream<Item = Result<HelloReply, Status>> + Send>>;

#[tonic::async_trait]
impl<P, F> Greeter for Hello<P>
where
    P: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    async fn say_hello(
        &self,
        request: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<HelloReply>, Status> {
        let name = name_of(request)?;
        let message = format!("Hello, {name}!");
        Ok(tonic::Response::new(HelloReply { message }))
    }

    type SayHellosStream = Replies;

    /// Greets each of the names, which commas part. More than [`MOST`] are an error, at the end of
    /// the stream.
    async fn say_hellos(
        &self,
        request: tonic::Request<HelloRequest>,
    ) -> Result<tonic::Response<Replies>, Status> {
        let names = name_of(request)?;
        // The error ends it.
        let names = names.split(',').take(MOST + 1).map(str::to_owned);
        let names: Vec<_> = names.collect();
        let pause = self.pause.clone();
        let replies = stream::iter(names.into_iter().enumerate()).then(move |(index, name)| {
            let pause = (index > 0 && index < MOST).then(&pause);
            async move {
                if let Some(pause) = pause {
                    pause.await;
                }
                if index == MOST {
                    return Err(Status::resource_exhausted(format!(
                        "{MOST} names are enough"
                    )));
                }
                let message = format!("Hello, {name}!");
                Ok(HelloReply { message })
            }
        });
        Ok(tonic::Response::new(Box::pin(replies)))
    }
}

fn name_of(request: tonic::Request<HelloRequest>) -> Result<String, Status> {
    let HelloRequest { name } = request.into_inner();
    if name.is_empty() {
        return Err(Status::invalid_argument("whom am I to greet?"));
    }
    Ok(name)
}
