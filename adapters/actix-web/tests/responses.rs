//! What of a response a client gets.

use actix_web::body::{BoxBody, SizedStream};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, error};
use futures_util::stream::{iter, once};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use liftgate::local::Kind;
use liftgate_actix_web::service;

use crate::support::{answer, ask, event, get, reply, respond};

type Answer = HttpResponse<BoxBody>;

/// An app that always answers this.
macro_rules! app {
    ($answer:expr) => {
        service(App::new().default_service(web::to(async || $answer)))
    };
}

#[actix_web::test]
async fn status_and_headers_are_those_of_the_response() {
    let response = answer(
        app!(
            HttpResponse::build(StatusCode::from_u16(799).unwrap())
                .append_header((header::SET_COOKIE, "a=1"))
                .append_header((header::CONTENT_TYPE, "text/csv"))
                .append_header((header::SET_COOKIE, "b=2"))
                .append_header(("x-latin1", HeaderValue::from_bytes(b"caf\xe9").unwrap()))
                .append_header(("x-empty", ""))
                .append_header((header::SET_COOKIE, "c=3"))
                .body("a,b")
        ),
        get("/"),
    )
    .await;
    assert_eq!(response.status(), 799);
    let headers = response.headers();
    assert_eq!(headers.len(), 6);
    let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2", "c=3"]);
    assert_eq!(headers["x-latin1"].as_bytes(), b"caf\xe9");
    assert_eq!(headers["x-empty"], "");
    assert_eq!(headers["content-type"], "text/csv");
    assert_eq!(response.body(), "a,b");
}

#[actix_web::test]
async fn a_body_is_as_long_as_it_says() {
    let hint = async |answer: fn() -> Answer| {
        let app = App::new().default_service(web::to(move || async move { answer() }));
        let body = respond(service(app), get("/")).await.into_body();
        let is_end = body.is_end_stream();
        let hint = body.size_hint().exact();
        let len = body.collect().await.unwrap().to_bytes().len();
        (is_end, hint, len)
    };
    assert_eq!(
        hint(|| HttpResponse::Ok().finish()).await,
        (true, Some(0), 0)
    );
    assert_eq!(
        hint(|| HttpResponse::Ok().body("")).await,
        (true, Some(0), 0)
    );
    assert_eq!(
        hint(|| HttpResponse::Ok().body("hello")).await,
        (false, Some(5), 5)
    );
    let sized = || HttpResponse::Ok().body(SizedStream::new(4, pieces()));
    assert_eq!(hint(sized).await, (false, Some(4), 4));
    let stream = || HttpResponse::Ok().streaming(pieces());
    assert_eq!(hint(stream).await, (false, None, 4));
}

/// As from actix's server, which breaks the connection off where there is less.
#[actix_web::test]
async fn a_body_is_as_long_as_it_has_told() {
    let app = |len| {
        let answer =
            move || async move { HttpResponse::Ok().body(SizedStream::new(len, pieces())) };
        App::new().default_service(web::to(answer))
    };
    let longer = respond(service(app(3)), get("/")).await.into_body();
    assert_eq!(longer.collect().await.unwrap().to_bytes(), "one");
    let shorter = respond(service(app(9)), get("/")).await.into_body();
    let error = shorter.collect().await.unwrap_err();
    assert!(error.to_string().contains("5 bytes before"), "{error}");
}

fn pieces() -> impl futures_util::Stream<Item = Result<Bytes, error::Error>> + 'static {
    iter([Ok(Bytes::from_static(b"one")), Ok(Bytes::from_static(b"2"))])
}

/// actix's server writes the length itself, and leaves out what the app says of it; but where the
/// app says that there is to be no other.
#[actix_web::test]
async fn the_length_is_the_bodys() {
    let length = async |answer: fn() -> Answer| {
        let app = App::new().default_service(web::to(move || async move { answer() }));
        let response = respond(service(app), get("/")).await;
        let length = response.headers().get("content-length").cloned();
        length.map(|length| length.to_str().unwrap().to_owned())
    };
    assert_eq!(
        length(|| HttpResponse::Ok()
            .insert_header((header::CONTENT_LENGTH, "77"))
            .body("hello"))
        .await,
        None
    );
    assert_eq!(
        length(|| HttpResponse::NoContent()
            .insert_header((header::CONTENT_LENGTH, "77"))
            .finish())
        .await,
        None
    );
    assert_eq!(
        length(|| HttpResponse::NotModified()
            .insert_header((header::CONTENT_LENGTH, "77"))
            .finish())
        .await
        .as_deref(),
        Some("77")
    );
    assert_eq!(length(unchunked).await.as_deref(), Some("4"));
}

fn unchunked() -> Answer {
    let mut response = HttpResponse::Ok().streaming(pieces());
    let length = HeaderValue::from_static("4");
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response.head_mut().no_chunking(true);
    response
}

#[actix_web::test]
async fn errors_are_what_actix_makes_of_them() {
    let handler = app!(Err::<&str, _>(error::ErrorImATeapot("short and stout")));
    let response = answer(handler, get("/")).await;
    assert_eq!(response.status(), 418);
    assert_eq!(
        response.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(response.body(), "short and stout");

    // An error of the service itself, which is no response yet.
    let middleware = App::new()
        .wrap_fn(|_, _| {
            std::future::ready(Err::<actix_web::dev::ServiceResponse, _>(
                error::ErrorForbidden("not you"),
            ))
        })
        .route("/", web::get().to(async || "never"));
    let response = answer(service(middleware), get("/")).await;
    assert_eq!(response.status(), 403);
    assert_eq!(response.body(), "not you");
}

#[actix_web::test]
async fn a_panic_is_liftgates_to_report() {
    let app = app!({
        if true {
            panic!("the handler broke");
        }
        "never"
    });
    let error = reply(app, event("/"), false).await.unwrap_err();
    assert!(error.is_panic());
    assert_eq!(error.to_string(), "the service panicked: the handler broke");
}

#[actix_web::test]
async fn an_upgrade_is_refused() {
    let app = app!(
        HttpResponse::SwitchingProtocols()
            .upgrade("websocket")
            .finish()
    );
    let error = reply(app, event("/"), false).await.unwrap_err();
    assert!(error.is_invalid_response());
    assert_eq!(
        error.to_string(),
        "the response cannot be delivered: 101 Switching Protocols is not a final status"
    );
}

#[actix_web::test]
async fn a_header_name_that_is_none_is_an_error() {
    let app = app!({
        let name = HeaderName::from_bytes(b"a\"b").unwrap();
        HttpResponse::Ok().insert_header((name, "1")).finish()
    });
    let error = reply(app, event("/"), false).await.unwrap_err();
    assert!(error.is_service());
    assert_eq!(
        error.to_string(),
        "the service failed: `a\\\"b` cannot be a header"
    );
}

#[actix_web::test]
async fn an_app_that_cannot_be_made_says_so() {
    let app = App::new().data_factory(async || Err::<u8, _>("no database"));
    let error = liftgate_actix_web::service(app).await.unwrap_err();
    assert_eq!(error.to_string(), "the app cannot be made: ()");
}

#[actix_web::test]
async fn head_has_the_length_and_no_body() {
    let request = http::Request::head("/").header("host", "x");
    let request = request.body(Bytes::new()).unwrap();
    let response = ask(app!("hello world"), Kind::Alb, &request).await;
    assert_eq!(response.headers()["content-length"], "11");
    assert!(response.body().is_empty());
    let response = ask(app!(HttpResponse::Ok().finish()), Kind::Alb, &request).await;
    assert_eq!(response.headers()["content-length"], "0");
    let empty = app!(HttpResponse::NoContent().finish());
    let response = ask(empty, Kind::Alb, &request).await;
    assert!(!response.headers().contains_key("content-length"));
}

#[actix_web::test]
async fn a_body_that_fails_fails_the_invocation() {
    let app = app!(
        HttpResponse::Ok().streaming(once(std::future::ready(Err::<Bytes, _>(
            error::ErrorBadGateway("the source dried up")
        ))))
    );
    let error = reply(app, event("/"), false).await.unwrap_err();
    assert!(error.is_body());
    assert_eq!(
        error.to_string(),
        "the response's body failed: the source dried up"
    );
}
