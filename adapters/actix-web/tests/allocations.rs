//! What the conversion costs: the allocations of an app behind the adapter, without those of actix
//! itself and those of a service that the layer calls and that answers the same.

use std::convert::Infallible;

use actix_service::Service as _;
use actix_web::dev::{AppConfig, ServiceFactory as _};
use actix_web::http::header::{self, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{App, HttpResponse, web};
use allocation_counter::measure;
use futures_util::FutureExt as _;
use liftgate::{Body, Context, Invocation, Lambda};
use tower_service::Service as _;

/// As an event lies: names and values without escapes.
fn event(path: &str, query: &str) -> String {
    format!(
        r#"{{"version":"2.0","rawPath":"{path}","rawQueryString":"{query}","headers":{{"content-length":"0","accept":"*/*","host":"api.example.com","user-agent":"curl/8.5.0","x-amzn-trace-id":"Root=1-6874c1f2-3d0b8e5a7c1946f0a2b4d6e8","x-forwarded-for":"203.0.113.7","x-forwarded-port":"443","x-forwarded-proto":"https"}},"requestContext":{{"http":{{"method":"GET","sourceIp":"203.0.113.7"}}}},"isBase64Encoded":false}}"#
    )
}

fn invocation(event: &str) -> Invocation {
    Invocation::new(event.to_owned(), Context::default())
}

/// The allocations of the second run: the first fills actix's pools.
fn count(mut run: impl FnMut() -> Box<dyn FnOnce()>) -> u64 {
    run()();
    let second = run();
    measure(second).count_total
}

async fn hello() -> HttpResponse {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, text))
        .body("hello world")
}

/// What the adapter allocates for an event.
async fn added(event: &'static str, target: &'static str) -> u64 {
    let app = || App::new().default_service(web::to(hello));
    let adapted = liftgate_actix_web::service(app()).await.unwrap();
    let adapted = std::rc::Rc::new(std::cell::RefCell::new(Lambda::new(adapted)));
    let with = count(|| {
        let (adapted, invocation) = (std::rc::Rc::clone(&adapted), invocation(event));
        Box::new(move || {
            let replied = adapted.borrow_mut().call(invocation).now_or_never();
            replied.unwrap().unwrap();
        })
    });

    let bare = count(|| {
        let invocation = invocation(event);
        Box::new(move || {
            let answer = async |_: http::Request<Body>| {
                let text = http::HeaderValue::from_static("text/plain; charset=utf-8");
                let mut response = http::Response::new(Body::from("hello world"));
                response.headers_mut().reserve(1);
                response.headers_mut().insert("content-type", text);
                Ok::<_, Infallible>(response)
            };
            let mut lambda = Lambda::new(tower::service_fn(answer));
            lambda.call(invocation).now_or_never().unwrap().unwrap();
        })
    });

    let factory = actix_service::IntoServiceFactory::into_factory(app());
    let actix = factory.new_service(AppConfig::default()).await.unwrap();
    let actix = std::rc::Rc::new(actix);
    let alone = count(|| {
        let actix = std::rc::Rc::clone(&actix);
        let request = TestRequest::with_uri(target).to_request();
        Box::new(move || {
            actix.call(request).now_or_never().unwrap().unwrap();
        })
    });
    println!("{target}: {with} with, {bare} bare, {alone} actix alone");
    with - bare - alone
}

/// Three are actix's map of extensions, with the event and the context in boxes.
#[actix_web::test]
async fn a_small_request_costs_three_allocations() {
    let event = Box::leak(event("/hello", "").into_boxed_str());
    assert_eq!(added(event, "/hello").await, 3);
}

/// The target was put together of path and query, and its memory is kept.
#[actix_web::test]
async fn a_query_costs_one_more() {
    let event = Box::leak(event("/hello", "a=b").into_boxed_str());
    assert_eq!(added(event, "/hello?a=b").await, 4);
}
