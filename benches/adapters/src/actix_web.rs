use actix_http::Request;
use actix_service::{IntoServiceFactory, Service as _, ServiceFactory as _};
use actix_web::dev::AppConfig;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{App, HttpResponse, web};
use benches::cases::Case;
use liftgate::Body;

use crate::bare::{HELLO, bare, lambda};
use crate::event::request;
use crate::{Meter, Part, Runtime};

macro_rules! app {
    () => {
        App::new().default_service(web::to(hello))
    };
}

async fn hello() -> HttpResponse {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, text)).body(HELLO)
}

pub(crate) fn show(meter: &mut impl Meter, case: &Case) {
    bare(meter, case, "actix-web");
    let runtime = Runtime::new();
    let app = runtime.run(liftgate_actix_web::service(app!())).unwrap();
    lambda(meter, case, "actix-web", Part::Adapted, app);

    let factory = app!().into_factory();
    let app = runtime
        .run(factory.new_service(AppConfig::default()))
        .unwrap();
    let sent = request(case);
    let run = move |request| runtime.run(app.call(request)).unwrap();
    meter.measure("actix-web", Part::Framework, move || as_parsed(&sent), run);
}

/// The request as actix's server would have read it.
fn as_parsed(request: &http::Request<Body>) -> Request {
    let mut parsed = TestRequest::with_uri(&request.uri().to_string());
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        parsed = parsed.append_header((name, value));
    }
    parsed.to_request()
}
