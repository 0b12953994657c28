use poem::http::Extensions;
use poem::{Endpoint, handler};

use benches::cases::Case;

use crate::bare::{HELLO, bare, lambda};
use crate::event::request;
use crate::{Meter, Part, Runtime};

pub(crate) fn show(meter: &mut impl Meter, case: &Case) {
    bare(meter, case, "poem");
    lambda(
        meter,
        case,
        "poem",
        Part::Adapted,
        liftgate_poem::service(hello),
    );

    let runtime = Runtime::new();
    let sent = request(case);
    let make = move || {
        let (parts, _) = sent.clone().into_parts();
        let mut request = poem::Request::builder()
            .method(parts.method)
            .uri(parts.uri)
            .finish();
        *request.headers_mut() = parts.headers;
        *request.extensions_mut() = Extensions::clone(&parts.extensions);
        request
    };
    let run = move |request| runtime.run(hello.get_response(request));
    meter.measure("poem", Part::Framework, make, run);
}

#[handler]
fn hello() -> &'static str {
    HELLO
}
