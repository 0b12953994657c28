//! What comes from an event, and what goes back.

use http::HeaderMap;
use liftgate::{Context, Event, Invocation, Lambda, Options};
use liftgate_rocket::Extension;
use rocket::fairing::AdHoc;
use rocket::{Build, Request, Rocket, State, get, routes};
use tower_service::Service as _;

#[get("/who")]
fn who(
    event: Extension<'_, Event>,
    context: Extension<'_, Context>,
    missing: Option<Extension<'_, u8>>,
    greeting: &State<String>,
    remote: std::net::SocketAddr,
    client_ip: std::net::IpAddr,
) -> String {
    let source = event.source().name();
    let id = context.request_id();
    let is_missing = missing.is_none();
    format!("{greeting} {source} {id} {is_missing} {remote} {client_ip}")
}

#[get("/demands")]
fn demands(extension: Extension<'_, u8>) -> String {
    extension.to_string()
}

#[get("/later")]
fn later(context: Extension<'_, Context>) -> &'static str {
    context.after_response(async {});
    "later"
}

fn rocket() -> Rocket<Build> {
    let log = AdHoc::on_response("id", |request, response| {
        Box::pin(async move {
            let context = liftgate_rocket::extensions(request).get::<Context>();
            let id = context.map(Context::request_id).unwrap_or_default();
            response.set_raw_header("X-Request-Id", id.to_owned());
        })
    });
    crate::app::rocket()
        .mount("/", routes![who, demands, later])
        .manage("hello".to_owned())
        .attach(log)
}

async fn reply(path: &str, headers: &str) -> String {
    let service = liftgate_rocket::service(rocket()).await.unwrap();
    let mut lambda = Lambda::with_options(service, Options::new());
    let event = format!(
        r#"{{"version": "2.0", "rawPath": "{path}", "headers": {headers}, "requestContext":
        {{"http": {{"method": "GET", "sourceIp": "192.0.2.7"}}}}}}"#
    );
    let mut context = HeaderMap::new();
    context.insert("lambda-runtime-aws-request-id", "id-1".parse().unwrap());
    let invocation = Invocation::new(event, Context::from(context));
    let reply = lambda.call(invocation).await.unwrap();
    String::from_utf8(reply.into_bytes().unwrap().into()).unwrap()
}

#[tokio::test]
async fn guards_and_fairings_see_the_event_and_the_context() {
    let reply_to = reply("/who", "{}").await;
    let body = "hello http_api id-1 true 192.0.2.7:0 192.0.2.7";
    assert!(reply_to.contains(body), "{reply_to}");
    assert!(reply_to.contains(r#""x-request-id":"id-1""#), "{reply_to}");
    // Rocket trusts this header, unless it is told not to.
    let forged = reply("/who", r#"{"x-real-ip": "198.51.100.1"}"#).await;
    assert!(forged.contains("192.0.2.7:0 198.51.100.1"), "{forged}");
    let later = reply("/later", "{}").await;
    assert!(later.contains("later"), "{later}");
}

#[tokio::test]
async fn an_extension_that_is_missing_is_an_error_of_the_app() {
    let reply = reply("/demands", "{}").await;
    assert!(reply.contains(r#""statusCode":500"#), "{reply}");
}

#[test]
fn a_request_of_rockets_own_has_no_extensions() {
    let client = rocket::local::blocking::Client::untracked(rocket()).unwrap();
    let is_empty = |request: &Request<'_>| liftgate_rocket::extensions(request).is_empty();
    assert!(is_empty(client.get("/who").inner()));
}
