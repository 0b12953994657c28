//! What liftgate tells besides the request.

use actix_web::web::{self, Bytes, ReqData};
use actix_web::{App, HttpMessage as _, HttpRequest, middleware::Next};
use http::{Request, StatusCode};
use liftgate::local::Kind;
use liftgate::{Context, Event};
use liftgate_actix_web::service;

use crate::support::{answer, ask, event, get, kinds, reply};

async fn tell(request: HttpRequest, event: ReqData<Event>, context: ReqData<Context>) -> String {
    let extensions = request.extensions();
    let other = extensions.get::<Event>().unwrap();
    assert_eq!(other.bytes(), event.bytes());
    assert!(extensions.get::<Context>().is_some());
    format!("{} {}", event.source().name(), context.request_id())
}

#[actix_web::test]
async fn handlers_have_the_event_and_the_context() {
    for kind in kinds() {
        let request = Request::get("/").header("host", "x");
        let request = request.body(Bytes::new()).unwrap();
        let app = App::new().route("/", web::get().to(tell));
        let response = ask(service(app), kind, &request).await;
        let name = match kind {
            Kind::RestApi => "rest_api",
            Kind::HttpApi => "http_api",
            Kind::HttpApiV1 => "http_api_v1",
            Kind::FunctionUrl => "function_url",
            Kind::Alb | Kind::AlbMultiValue => "alb",
            Kind::Lattice => "lattice",
            _ => "lattice_v1",
        };
        assert_eq!(response.body(), format!("{name} id-1").as_bytes());
    }
}

#[actix_web::test]
async fn middleware_has_them_too() {
    let wrap = async |request: actix_web::dev::ServiceRequest, next: Next<_>| {
        let id = {
            let extensions = request.extensions();
            extensions.get::<Context>().unwrap().request_id().to_owned()
        };
        assert_eq!(id, "id-1");
        next.call(request).await
    };
    let app = App::new()
        .wrap(actix_web::middleware::from_fn(wrap))
        .route("/", web::get().to(async || "through"));
    let reply = reply(service(app), event("/"), false).await.unwrap();
    let reply: serde_json::Value = serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
    assert_eq!(reply["body"], "through");
}

/// As under actix's own server, where an app may be as well.
#[actix_web::test]
async fn without_an_event_there_is_none() {
    let app = || {
        let may = async |event: Option<ReqData<Event>>| format!("{}", event.is_some());
        App::new()
            .route("/may", web::get().to(may))
            .route("/must", web::get().to(tell))
    };
    assert_eq!(answer(service(app()), get("/may")).await.body(), "false");
    let response = answer(service(app()), get("/must")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
