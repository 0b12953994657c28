use std::convert::Infallible;
use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::rejection::MissingContext;

/// What the Runtime API said of the invocation: id, deadline, trace, tenant.
///
/// `Option<Context>` is `None` where the app is not behind liftgate.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::post};
/// use liftgate_axum::Context;
///
/// async fn order(context: Context) -> String {
///     context.after_response(async { send_mail().await });
///     format!("order {}", context.request_id())
/// }
/// # async fn send_mail() {}
///
/// let app: Router = Router::new().route("/orders", post(order));
/// ```
///
/// # Rejection
///
/// [`MissingContext`], where the app is not behind liftgate.
#[derive(Clone, Debug)]
pub struct Context(pub liftgate::Context);

impl Deref for Context {
    type Target = liftgate::Context;

    fn deref(&self) -> &liftgate::Context {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = MissingContext;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingContext> {
        let context = parts.extensions.get().cloned();
        context.map(Context).ok_or(MissingContext)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned().map(Context))
    }
}
