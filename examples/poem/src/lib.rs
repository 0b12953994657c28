//! The httpbin routes in poem's router.
//!
//! They are those of `example-answers`, and two that are poem's: `/whoami`, where extractors tell
//! who the client is, and `/error`, where the endpoint returns an error.

mod convert;

use std::convert::Infallible;

use bytes::Bytes;
use example_answers::{self as answers, Answer, Asked};
use http::{Request, Response, StatusCode};
use liftgate::{Body, Context, Event};
use poem::web::{Data, RemoteAddr};
use poem::{Endpoint, Route, endpoint, handler};
use tower_service::Service;

/// The routes, as a service.
pub fn service() -> impl Service<
    Request<Body>,
    Response = Response<impl http_body::Body<Data = Bytes, Error = std::io::Error> + Send>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send {
    liftgate_poem::service(app())
}

/// The routes.
pub fn app() -> Route {
    Route::new()
        .at("/whoami", whoami)
        .at("/error", error)
        .at("/anything", by(answers::anything))
        .at("/anything/*rest", by(answers::anything))
        .at("/status/:code", by(answers::status))
        .at("/response-headers", by(answers::response_headers))
        .at("/cookies/set", by(answers::set_cookies))
        .at("/redirect/:n", by(answers::redirect))
        .at("/bad-header", by(answers::bad_header))
        .at("/head-with-length", by(answers::head_with_length))
        .at("/echo", by(answers::echo))
        .at("/bytes/:n", by(answers::bytes))
        .at("/text/:n", by(answers::text))
        .at("/latin1", by(answers::latin1))
        .at("/bom", by(answers::bom))
        .at("/png", by(answers::png))
        .at("/gzip", by(answers::gzip))
        .at("/delay/:ms", by(answers::delay))
        .at("/stream/:n", by(answers::stream))
        .at("/sse", by(answers::sse))
        .at("/panic", by(answers::panics))
        .at("/body-error", by(answers::body_error))
        .at("/*rest", by(answers::anything))
}

/// Takes a request of any method apart, and answers by a function.
fn by<F>(answer: impl Fn(Asked) -> F + Clone + Send + Sync + 'static) -> impl Endpoint + 'static
where
    F: Future<Output = Answer> + Send + 'static,
{
    endpoint::make(move |request| {
        let answer = answer.clone();
        async move {
            let asked = convert::asked(request).await?;
            Ok::<_, poem::Error>(convert::response(answer(asked).await))
        }
    })
}

/// What liftgate knows is among poem's data.
#[handler]
fn whoami(address: &RemoteAddr, event: Data<&Event>, context: Data<&Context>) -> String {
    let gateway = event.source().name();
    format!("{address} by {gateway}, {}\n", context.request_id())
}

#[handler]
fn error() -> poem::Result<()> {
    let error = "/error was asked for";
    Err(poem::Error::from_string(error, StatusCode::IM_A_TEAPOT))
}
