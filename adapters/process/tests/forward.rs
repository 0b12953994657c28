//! Requests as the app gets them, and its answers as clients do.

mod answer_framing;
mod answer_headers;
mod bodies;
mod events;
mod request_headers;
mod request_targets;

use bytes::Bytes;
use http::Response;

use crate::support::app::{App, Asked, ok};
use crate::support::{answer, get, posted};

/// Without what Lambda knows: only the request.
const BARE: (&str, &str) = ("LIFTGATE_CONTEXT_HEADERS", "none");

/// The request that the app gets of an event.
async fn asked_with(vars: &[(&str, &str)], event: impl Into<Bytes>) -> Asked {
    let app = App::answering([ok("")]).await;
    let vars: Vec<_> = [BARE].iter().chain(vars).copied().collect();
    let post = posted(app.config(&vars), event).await;
    assert_eq!(post.what(), "r-1/response", "{post:?}");
    let mut asked = app.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0)
}

async fn asked(event: impl Into<Bytes>) -> Asked {
    asked_with(&[], event).await
}

/// The client's answer to these bytes of the app's.
async fn answered(bytes: impl AsRef<[u8]>) -> Response<Bytes> {
    let app = App::answering([bytes]).await;
    answer(&app, &get("/")).await
}

fn values<'r>(response: &'r Response<Bytes>, name: &str) -> Vec<&'r [u8]> {
    let values = response.headers().get_all(name).iter();
    values.map(|value| value.as_bytes()).collect()
}
