use bytes::Bytes;
use hyper::service::Service as _;
use salvo_core::conn::SocketAddr;
use salvo_core::http::uri::Scheme;
use salvo_core::prelude::*;
use salvo_core::{ConnCtrl, Service};

use crate::bare::{HELLO, bare, lambda};
use crate::event::request;
use crate::{Meter, Part, Runtime};

pub(crate) fn show(meter: &mut impl Meter) {
    bare(meter, "salvo");
    lambda(
        meter,
        "salvo",
        Part::Adapted,
        liftgate_salvo::service(app()),
    );

    let runtime = Runtime::new();
    let service = Service::new(app());
    // As a server has one for each connection.
    let unknown = || SocketAddr::Unknown;
    let handler = service.hyper_handler(
        unknown(),
        unknown(),
        Scheme::HTTP,
        None,
        ConnCtrl::new(),
        None,
    );
    let run = move |request: http::Request<Bytes>| runtime.run(handler.call(request)).unwrap();
    meter.measure(
        "salvo",
        Part::Framework,
        || request().map(liftgate::Body::into_bytes),
        run,
    );
}

fn app() -> Router {
    Router::with_path("{**rest}").goal(hello)
}

#[handler]
async fn hello() -> &'static str {
    HELLO
}
