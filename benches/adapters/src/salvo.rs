use bytes::Bytes;
use hyper::service::Service as _;
use salvo_core::conn::SocketAddr;
use salvo_core::http::uri::Scheme;
use salvo_core::prelude::*;
use salvo_core::{ConnCtrl, Service};

use benches::cases::Case;

use crate::bare::{HELLO, bare, lambda};
use crate::event::request;
use crate::{Meter, Part, Runtime};

pub(crate) fn show(meter: &mut impl Meter, case: &Case) {
    bare(meter, case, "salvo");
    lambda(
        meter,
        case,
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
    let sent = request(case).map(liftgate::Body::into_bytes);
    let run = move |request: http::Request<Bytes>| runtime.run(handler.call(request)).unwrap();
    meter.measure("salvo", Part::Framework, move || sent.clone(), run);
}

fn app() -> Router {
    Router::with_path("{**rest}").goal(hello)
}

#[handler]
async fn hello() -> &'static str {
    HELLO
}
