use std::convert::Infallible;
use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::rejection::{
    InvalidMember, MissingEvent, MissingRequestContext, RequestContextRejection,
};

/// The event that the request was made of: the gateway, the stage, the client's address and
/// certificate, and all of its bytes.
///
/// `Option<Event>` is `None` where the app is not behind liftgate.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use liftgate_axum::Event;
///
/// async fn stage(event: Event) -> String {
///     event.stage().unwrap_or_default()
/// }
///
/// let app: Router = Router::new().route("/stage", get(stage));
/// ```
///
/// # Rejection
///
/// [`MissingEvent`], where the app is not behind liftgate.
#[derive(Clone, Debug)]
pub struct Event(pub liftgate::Event);

impl Deref for Event {
    type Target = liftgate::Event;

    fn deref(&self) -> &liftgate::Event {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Event {
    type Rejection = MissingEvent;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingEvent> {
        of(parts).cloned().map(Event).ok_or(MissingEvent)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Event {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(of(parts).cloned().map(Event))
    }
}

/// The event's request context, read as `T`.
///
/// `Option<RequestContext<T>>` is `None` where the app is not behind liftgate, or the event has no
/// request context, as those of VPC Lattice V1 have none.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use liftgate_axum::RequestContext;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Api {
///     api_id: String,
///     domain_name: String,
/// }
///
/// async fn api(RequestContext(api): RequestContext<Api>) -> String {
///     format!("{} at {}", api.api_id, api.domain_name)
/// }
///
/// let app: Router = Router::new().route("/api", get(api));
/// ```
///
/// # Rejection
///
/// [`RequestContextRejection`], where there is none or it is not a `T`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestContext<T>(pub T);

impl<T> Deref for RequestContext<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for RequestContext<T> {
    type Rejection = RequestContextRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let event = of(parts).ok_or(MissingEvent)?;
        let context = request_context(event)?.ok_or(MissingRequestContext)?;
        Ok(RequestContext(context))
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for RequestContext<T> {
    type Rejection = InvalidMember;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, InvalidMember> {
        let Some(event) = of(parts) else {
            return Ok(None);
        };
        Ok(request_context(event)?.map(RequestContext))
    }
}

fn request_context<T: DeserializeOwned>(
    event: &liftgate::Event,
) -> Result<Option<T>, InvalidMember> {
    event.get(&["requestContext"]).map_err(InvalidMember::new)
}

/// The event that a request was made of.
pub(crate) fn of(parts: &Parts) -> Option<&liftgate::Event> {
    parts.extensions.get()
}
