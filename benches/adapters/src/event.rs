use benches::cases;
use bytes::Bytes;
use liftgate::{Context, Invocation};

/// A browser's GET by an HTTP API.
pub fn event() -> Bytes {
    let mut cases = cases::all("get_http_api").into_iter();
    let case = cases.find(|case| case.name == "get_http_api").unwrap();
    case.event.into()
}

/// An invocation by it.
pub(crate) fn invocations() -> impl FnMut() -> Invocation {
    let event = event();
    // A copy, as one that has come in has memory of its own.
    move || Invocation::new(Bytes::copy_from_slice(&event), Context::default())
}
