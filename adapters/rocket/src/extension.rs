use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::ops::Deref;

use http::Extensions;
use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

/// A request guard: what the request has as an extension of type `T`, such as
/// [`liftgate::Event`] and [`liftgate::Context`].
///
/// A request without one, as any that Rocket's own server takes, is an error with status 500;
/// `Option<Extension<'_, T>>` lets it pass.
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Event};
/// use liftgate_rocket::Extension;
///
/// #[rocket::get("/")]
/// fn whoami(event: Extension<'_, Event>, context: Option<Extension<'_, Context>>) -> String {
///     let id = context.map(|context| context.request_id().to_owned());
///     format!("{:?} by {}, {id:?}", event.client_ip(), event.source().name())
/// }
/// # let _ = rocket::build().mount("/", rocket::routes![whoami]);
/// ```
#[derive(Debug)]
pub struct Extension<'r, T>(pub &'r T);

impl<T> Deref for Extension<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

#[rocket::async_trait]
impl<'r, T: Send + Sync + 'static> FromRequest<'r> for Extension<'r, T> {
    type Error = Missing;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Missing> {
        match extensions(request).get() {
            Some(extension) => Outcome::Success(Extension(extension)),
            None => Outcome::Error((Status::InternalServerError, Missing(type_name::<T>()))),
        }
    }
}

/// The extensions of a request, for fairings and catchers. Guards have [`Extension`].
///
/// # Examples
///
/// ```
/// use liftgate::Context;
/// use rocket::fairing::AdHoc;
///
/// let log = AdHoc::on_request("log", |request, _| Box::pin(async move {
///     if let Some(context) = liftgate_rocket::extensions(request).get::<Context>() {
///         eprintln!("{} {}", context.request_id(), request.uri());
///     }
/// }));
/// # let _ = rocket::build().attach(log);
/// ```
pub fn extensions<'r>(request: &'r Request<'_>) -> &'r Extensions {
    let Kept(extensions) = request.local_cache(Kept::default);
    extensions
}

/// The extensions among what Rocket keeps for a request.
#[derive(Default)]
struct Kept(Extensions);

pub(crate) fn keep(request: &Request<'_>, extensions: Extensions) {
    request.local_cache(|| Kept(extensions));
}

/// The request has no extension of that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(&'static str);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request has no extension {}", self.0)
    }
}

impl Error for Missing {}
