use benches::{cases, contenders};
use bytes::Bytes;
use http::Request;
use liftgate::{Body, Context, Invocation};

/// A browser's GET by an HTTP API.
pub fn event() -> Bytes {
    case().event.into()
}

fn case() -> cases::Case {
    let mut cases = cases::all("get_http_api").into_iter();
    cases.find(|case| case.name == "get_http_api").unwrap()
}

/// The request of that.
pub(crate) fn request() -> Request<Body> {
    contenders::request(&case()).unwrap()
}

/// An invocation by it.
pub(crate) fn invocations() -> impl FnMut() -> Invocation {
    let event = event();
    // A copy, as one that has come in has memory of its own.
    move || Invocation::new(Bytes::copy_from_slice(&event), Context::default())
}
