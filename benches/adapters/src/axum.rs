//! A router needs no adapter, so the bare layer has one. What is added is the layer for the client's
//! address, around it.

use axum::Router;
use axum::routing::any;
use liftgate_axum::ConnectInfoLayer;
use tower::Layer as _;

use benches::cases::Case;

use crate::bare::{HELLO, lambda};
use crate::{Meter, Part};

pub(crate) fn show(meter: &mut impl Meter, case: &Case) {
    lambda(meter, case, "axum", Part::Bare, app());
    let layered = ConnectInfoLayer::new().layer(app());
    lambda(meter, case, "axum", Part::Adapted, layered);
}

fn app() -> Router {
    Router::new().fallback(any(async || HELLO))
}
