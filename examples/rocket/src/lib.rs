//! The routes of `example-answers`, in Rocket's own routing.
//!
//! Rocket adds `Server` and the headers of its `Shield` to whatever an app answers; here both are
//! off, so that the answers are those of the other frameworks. What is Rocket's own:
//!
//! - `/bad-header` is in UTF-8, since Rocket's headers are text. Behind a gateway that is the
//!   same, since events and replies are text too.
//! - A 204 has no `Content-Length`, whatever the app says.
//! - `/panic` is answered by Rocket's catcher of 500.
//! - Methods that HTTP does not name are answered by the catcher of 400.
//! - A form whose first field is `_method` is routed by that method.
//! - Slashes that are repeated, or stand at the end, are one or none to a route.

mod by;

use example_answers::{self as answers, Answer, Asked};
use liftgate_rocket::RocketService;
use rocket::http::Method;
use rocket::shield::Shield;
use rocket::{Build, Config, Rocket, Route};

use by::By;

/// The app, for [`liftgate_rocket::run`], or to be launched as any other.
///
/// # Examples
///
/// ```
/// let rocket = example_rocket::rocket();
/// assert!(rocket.routes().any(|route| route.uri.path() == "/status/<code>"));
/// ```
pub fn rocket() -> Rocket<Build> {
    rocket::custom(Config::figment().merge(("ident", false)))
        .attach(Shield::new())
        .mount("/", routes())
}

/// The app as a tower service.
///
/// # Errors
///
/// If it does not ignite, as with a configuration that cannot be read.
///
/// # Examples
///
/// ```
/// use tower::ServiceExt as _;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = http::Request::get("/status/418").body(liftgate::Body::empty())?;
/// let response = example_rocket::service().await?.oneshot(request).await?;
/// assert_eq!(response.status(), 418);
/// # Ok(())
/// # }
/// ```
pub async fn service() -> Result<RocketService, rocket::Error> {
    liftgate_rocket::service(rocket()).await
}

fn routes() -> Vec<Route> {
    [
        to("/status/<code>", answers::status),
        to("/response-headers", answers::response_headers),
        to("/cookies/set", answers::set_cookies),
        to("/redirect/<n>", answers::redirect),
        to("/bad-header", answers::bad_header),
        to("/head-with-length", answers::head_with_length),
        to("/echo", answers::echo),
        to("/bytes/<n>", answers::bytes),
        to("/text/<n>", answers::text),
        to("/latin1", answers::latin1),
        to("/bom", answers::bom),
        to("/png", answers::png),
        to("/gzip", answers::gzip),
        to("/delay/<ms>", answers::delay),
        to("/stream/<n>", answers::stream),
        to("/sse", answers::sse),
        to("/panic", answers::panics),
        to("/body-error", answers::body_error),
        // `/anything`, and all else.
        to("/<path..>", answers::anything),
    ]
    .concat()
}

/// A route for every method, since Rocket's have one each.
fn to<F>(uri: &str, answer: impl Fn(Asked) -> F + Clone + Send + Sync + 'static) -> Vec<Route>
where
    F: Future<Output = Answer> + Send + 'static,
{
    const METHODS: [Method; 9] = [
        Method::Get,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Head,
        Method::Trace,
        Method::Connect,
        Method::Patch,
    ];
    let route = |method| Route::new(method, uri, By(answer.clone()));
    METHODS.map(route).to_vec()
}
