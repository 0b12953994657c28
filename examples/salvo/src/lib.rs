//! The httpbin routes in salvo's router.
//!
//! They are those of `example-answers`, and two that are salvo's: `/whoami`, where a handler tells
//! who the client is, and `/error`, which salvo's catcher makes a page of.

mod by;

use example_answers as answers;
use liftgate::{Context, Event};
use liftgate_salvo::SalvoService;
use salvo::http::StatusError;
use salvo::{Request, Router, handler};

use crate::by::By;

/// The routes, as a service.
pub fn service() -> SalvoService {
    liftgate_salvo::service(app())
}

/// The routes.
pub fn app() -> Router {
    Router::new()
        .push(Router::with_path("whoami").goal(whoami))
        .push(Router::with_path("error").goal(error))
        .push(Router::with_path("status/{code}").goal(By(answers::status)))
        .push(Router::with_path("response-headers").goal(By(answers::response_headers)))
        .push(Router::with_path("cookies/set").goal(By(answers::set_cookies)))
        .push(Router::with_path("redirect/{n}").goal(By(answers::redirect)))
        .push(Router::with_path("bad-header").goal(By(answers::bad_header)))
        .push(Router::with_path("head-with-length").goal(By(answers::head_with_length)))
        .push(Router::with_path("echo").goal(By(answers::echo)))
        .push(Router::with_path("bytes/{n}").goal(By(answers::bytes)))
        .push(Router::with_path("text/{n}").goal(By(answers::text)))
        .push(Router::with_path("latin1").goal(By(answers::latin1)))
        .push(Router::with_path("bom").goal(By(answers::bom)))
        .push(Router::with_path("png").goal(By(answers::png)))
        .push(Router::with_path("gzip").goal(By(answers::gzip)))
        .push(Router::with_path("delay/{ms}").goal(By(answers::delay)))
        .push(Router::with_path("stream/{n}").goal(By(answers::stream)))
        .push(Router::with_path("sse").goal(By(answers::sse)))
        .push(Router::with_path("panic").goal(By(answers::panics)))
        .push(Router::with_path("body-error").goal(By(answers::body_error)))
        .push(Router::with_path("{**rest}").goal(By(answers::anything)))
}

/// What liftgate knows is among the request's extensions.
#[handler]
fn whoami(request: &mut Request) -> String {
    let extensions = request.extensions();
    let gateway = extensions.get::<Event>().map(|event| event.source().name());
    let id = extensions.get::<Context>().map(Context::request_id);
    let (gateway, id) = (gateway.unwrap_or_default(), id.unwrap_or_default());
    let (scheme, address) = (request.scheme(), request.remote_addr());
    format!("{address} by {gateway} over {scheme}, {id}\n")
}

#[handler]
fn error() -> Result<(), StatusError> {
    Err(StatusError::im_a_teapot().brief("/error was asked for"))
}
