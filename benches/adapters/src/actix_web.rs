use actix_http::Request;
use actix_service::{IntoServiceFactory, Service as _, ServiceFactory as _};
use actix_web::dev::AppConfig;
use actix_web::http::Uri;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
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
    let sent = Sent::new(&request(case));
    let run = move |sent: Sent| runtime.run(app.call(sent.into_parsed())).unwrap();
    meter.measure("actix-web", Part::Framework, move || sent.clone(), run);
}

/// What a server of actix's has read of a request, in actix's types.
#[derive(Clone)]
struct Sent {
    uri: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Sent {
    fn new(request: &http::Request<Body>) -> Self {
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_str().as_bytes());
            let value = HeaderValue::from_bytes(value.as_bytes());
            (name.unwrap(), value.unwrap())
        });
        Sent {
            uri: request.uri().to_string().parse().unwrap(),
            headers: headers.collect(),
        }
    }

    /// The request, put together as that server does.
    fn into_parsed(self) -> Request {
        let mut request = Request::new();
        let head = request.head_mut();
        head.uri = self.uri;
        for (name, value) in self.headers {
            head.headers.append(name, value);
        }
        request
    }
}
