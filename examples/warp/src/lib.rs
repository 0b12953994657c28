//! The httpbin routes as warp's filters.
//!
//! They are those of `example-answers`, and one that is warp's: `/whoami`, where filters tell who
//! the client is. No filter tells the version of HTTP, so `/anything` says that it was 1.1.

mod asked;

use std::convert::Infallible;

use bytes::Bytes;
use example_answers::{self as answers, Answer, Asked, Body};
use http::{Request, Response};
use liftgate::{Context, Event};
use sync_wrapper::SyncStream;
use tower_service::Service;
use warp::filters::BoxedFilter;
use warp::reply::Reply;
use warp::{Filter, path};

use crate::asked::asked;

/// The routes, as a service.
pub fn service() -> impl Service<
    Request<liftgate::Body>,
    Response = Response<impl http_body::Body<Data = Bytes, Error = warp::Error> + Send>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send {
    warp::service(app())
}

/// The routes.
pub fn app() -> impl Filter<Extract = (impl Reply,), Error = warp::Rejection> + Clone {
    whoami()
        .or(by(path!("status" / String), answers::status))
        .unify()
        .or(by(end("response-headers"), answers::response_headers))
        .unify()
        .or(by(
            path!("cookies" / "set").map(String::new),
            answers::set_cookies,
        ))
        .unify()
        .or(by(path!("redirect" / String), answers::redirect))
        .unify()
        .or(by(end("bad-header"), answers::bad_header))
        .unify()
        .or(by(end("head-with-length"), answers::head_with_length))
        .unify()
        .or(by(end("echo"), answers::echo))
        .unify()
        .or(by(path!("bytes" / String), answers::bytes))
        .unify()
        .or(by(path!("text" / String), answers::text))
        .unify()
        .or(by(end("latin1"), answers::latin1))
        .unify()
        .or(by(end("bom"), answers::bom))
        .unify()
        .or(by(end("png"), answers::png))
        .unify()
        .or(by(end("gzip"), answers::gzip))
        .unify()
        .or(by(path!("delay" / String), answers::delay))
        .unify()
        .or(by(path!("stream" / String), answers::stream))
        .unify()
        .or(by(end("sse"), answers::sse))
        .unify()
        .or(by(end("panic"), answers::panics))
        .unify()
        .or(by(end("body-error"), answers::body_error))
        .unify()
        .or(by(warp::any().map(String::new).boxed(), answers::anything))
        .unify()
}

/// A path of one segment, without a parameter.
fn end(segment: &'static str) -> impl Filter<Extract = (String,), Error = warp::Rejection> + Clone {
    warp::path(segment).and(path::end()).map(String::new)
}

/// Takes a request of any method apart, and answers by a function.
fn by<P, F>(parameter: P, answer: fn(Asked) -> F) -> BoxedFilter<(warp::reply::Response,)>
where
    P: Filter<Extract = (String,), Error = warp::Rejection> + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let reply = move |asked| async move { reply(answer(asked).await) };
    asked(parameter).then(reply).boxed()
}

/// The answer as warp takes it.
fn reply(answer: Answer) -> warp::reply::Response {
    let (parts, body) = answer.into_parts();
    let body = match body {
        Body::Whole(bytes) => return Response::from_parts(parts, bytes).into_response(),
        // Warp's body is `Sync`.
        Body::Stream(chunks) => warp::reply::stream(SyncStream::new(chunks)),
    };
    Response::from_parts(parts, body.into_response().into_body())
}

/// What liftgate knows is among the request's extensions; an address is what a server knows.
fn whoami() -> BoxedFilter<(warp::reply::Response,)> {
    let known = warp::ext::get::<Event>().and(warp::ext::get::<Context>());
    let route = warp::path("whoami").and(path::end()).and(known);
    let route = route.and(warp::addr::remote());
    let tell = |event: Event, context: Context, remote| {
        let (address, gateway) = (event.client_ip(), event.source().name());
        let (address, id) = (address.map(|ip| ip.to_string()), context.request_id());
        let address = address.unwrap_or_default();
        format!("{address} by {gateway}, remote {remote:?}, {id}\n").into_response()
    };
    route.map(tell).boxed()
}
