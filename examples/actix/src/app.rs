//! The routes.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::web::{self, PayloadConfig, ServiceConfig};
use actix_web::{App, Error, HttpRequest, Route};
use example_answers::{self as answers, Answer, Asked};
use tower_service::Service;

use crate::convert::{asked, respond};

/// The app, as `HttpServer::new` and `liftgate_actix_web::run` take it.
pub fn app() -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = Error,
        InitError = (),
    >,
> {
    App::new().configure(routes)
}

/// The app as a service of liftgate's requests.
///
/// # Errors
///
/// None: nothing in this app can fail to be made.
pub async fn service() -> Result<
    impl Service<
        http::Request<liftgate::Body>,
        Response = http::Response<liftgate_actix_web::Body<BoxBody>>,
        Error = liftgate_actix_web::Error,
    >,
    liftgate_actix_web::Error,
> {
    liftgate_actix_web::service(app()).await
}

fn routes(config: &mut ServiceConfig) {
    config
        // Without a limit: the gateway has one, and the body is in memory already.
        .app_data(PayloadConfig::new(usize::MAX))
        .route("/anything", by(answers::anything))
        .route("/anything/{rest:.*}", by(answers::anything))
        .route("/status/{code}", by(answers::status))
        .route("/response-headers", by(answers::response_headers))
        .route("/cookies/set", by(answers::set_cookies))
        .route("/redirect/{n}", by(answers::redirect))
        .route("/bad-header", by(answers::bad_header))
        .route("/head-with-length", by(answers::head_with_length))
        .route("/echo", by(answers::echo))
        .route("/bytes/{n}", by(answers::bytes))
        .route("/text/{n}", by(answers::text))
        .route("/latin1", by(answers::latin1))
        .route("/bom", by(answers::bom))
        .route("/png", by(answers::png))
        .route("/gzip", by(answers::gzip))
        .route("/delay/{ms}", by(answers::delay))
        .route("/stream/{n}", by(answers::stream))
        .route("/sse", by(answers::sse))
        .route("/panic", by(answers::panics))
        .route("/body-error", by(answers::body_error))
        .default_service(by(answers::anything));
}

/// Takes a request of any method apart, and answers by a function.
fn by<F>(answer: impl Fn(Asked) -> F + Clone + 'static) -> Route
where
    F: Future<Output = Answer> + 'static,
{
    web::to(move |request: HttpRequest, body: web::Bytes| {
        let answered = asked(&request, body).map(&answer);
        async { Ok::<_, Error>(respond(answered?.await)) }
    })
}
