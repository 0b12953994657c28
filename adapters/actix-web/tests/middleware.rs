//! actix's own middleware.

use actix_web::middleware::{Compress, DefaultHeaders, Logger, NormalizePath};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse};
use http::Request;
use liftgate_actix_web::service;

use crate::support::{ask, kinds};

#[actix_web::test]
async fn it_works_behind_every_gateway() {
    for kind in kinds() {
        let app = App::new()
            .wrap(DefaultHeaders::new().add(("x-version", "1")))
            .wrap(NormalizePath::trim())
            .wrap(Compress::default())
            .wrap(Logger::default())
            .route("/a", web::get().to(async || "long ".repeat(1000)))
            .route(
                "/b",
                web::get().to(async || {
                    let mut cookie = actix_web::cookie::Cookie::new("a", "1");
                    cookie.set_http_only(true);
                    HttpResponse::Ok().cookie(cookie).finish()
                }),
            );
        let request = Request::get("/a//").header("host", "x");
        let request = request.header("accept-encoding", "gzip");
        let response = ask(service(app), kind, &request.body(Bytes::new()).unwrap()).await;
        assert_eq!(response.status(), 200, "{kind}");
        assert_eq!(response.headers()["x-version"], "1");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let body = response.body();
        assert!(body.starts_with(b"\x1f\x8b"), "{kind}");
        assert!(body.len() < 1000, "{kind}: {}", body.len());
    }
}
