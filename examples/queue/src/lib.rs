//! The app of the program `example-queue`, for its tests too.

mod batch;
mod orders;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::StatusCode;
use liftgate::{Event, Options};

pub use orders::Orders;

/// Where events arrive that are no requests.
const EVENTS: &str = "/events";

/// How the app is called: with events that are no requests, too.
pub fn options() -> Options {
    Options::new().pass_through(EVENTS)
}

/// The app.
pub fn app() -> Router {
    let events = post(batch::take).route_layer(from_fn(by_no_client));
    Router::new()
        .route("/orders", get(orders::list).post(orders::order))
        .route(EVENTS, events)
        .with_state(Orders::default())
}

/// Lets an event through, and no request. The path is open to clients like any other, and what
/// they post there would be taken for an event; but which source a request has come from is told by
/// the event that Lambda delivers, where a client has no say.
async fn by_no_client(
    Extension(event): Extension<Event>,
    request: Request,
    next: Next,
) -> Response {
    if event.source().name() == "pass_through" {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}
