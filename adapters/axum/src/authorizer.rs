use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::event;
use crate::rejection::{
    AuthorizerRejection, ClaimsRejection, InvalidMember, MissingAuthorizer, MissingClaims,
    MissingEvent,
};

/// What the gateway's authorizer said of the client (`requestContext.authorizer`), read as `T`.
///
/// | authorizer | what it says |
/// |---|---|
/// | Lambda, REST and WebSocket APIs | `{"principalId": "..", <its context, all strings>}` |
/// | Lambda, HTTP API | `{"lambda": {<its context, of any type>}}` |
/// | IAM, HTTP API and function URL | `{"iam": {"accessKey": "..", "accountId": "..", "userArn": "..", ..}}` |
/// | JWT or Cognito user pool | [`Claims`] |
///
/// `Option<Authorizer<T>>` is `None` where nobody was authorized: there is no authorizer, or the
/// app is not behind liftgate.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use liftgate_axum::Authorizer;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Said {
///     lambda: Tenant,
/// }
///
/// #[derive(Deserialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// async fn tenant(Authorizer(said): Authorizer<Said>) -> String {
///     said.lambda.tenant
/// }
///
/// let app: Router = Router::new().route("/tenant", get(tenant));
/// ```
///
/// # Rejection
///
/// [`AuthorizerRejection`], where there is none or it is not a `T`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Authorizer<T>(pub T);

impl<T> Deref for Authorizer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Authorizer<T> {
    type Rejection = AuthorizerRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let event = event::of(parts).ok_or(MissingEvent)?;
        let said = event.authorizer().map_err(InvalidMember::new)?;
        Ok(Authorizer(said.ok_or(MissingAuthorizer)?))
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for Authorizer<T> {
    type Rejection = InvalidMember;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, InvalidMember> {
        let Some(event) = event::of(parts) else {
            return Ok(None);
        };
        let said = event.authorizer().map_err(InvalidMember::new)?;
        Ok(said.map(Authorizer))
    }
}

/// The claims of the JWT that the gateway's own authorizer took, read as `T`: those of an HTTP
/// API's JWT authorizer, or of a REST API's Cognito user pool.
///
/// The gateway writes every value as a string, numbers and arrays too; see
/// [`Event::claims`](liftgate::Event::claims).
///
/// `Option<Claims<T>>` is `None` where nobody was authorized: there is no such authorizer, or the
/// app is not behind liftgate.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use liftgate_axum::Claims;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct User {
///     sub: String,
///     email: Option<String>,
/// }
///
/// async fn me(Claims(user): Claims<User>) -> String {
///     user.email.unwrap_or(user.sub)
/// }
///
/// async fn home(user: Option<Claims<User>>) -> String {
///     user.map_or("hello".to_owned(), |user| format!("hello {}", user.sub))
/// }
///
/// let app: Router = Router::new().route("/me", get(me)).route("/", get(home));
/// ```
///
/// # Rejection
///
/// [`ClaimsRejection`], where there are none or they are not a `T`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Claims<T>(pub T);

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Claims<T> {
    type Rejection = ClaimsRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let event = event::of(parts).ok_or(MissingEvent)?;
        let claims = event.claims().map_err(InvalidMember::new)?;
        Ok(Claims(claims.ok_or(MissingClaims)?))
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for Claims<T> {
    type Rejection = InvalidMember;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, InvalidMember> {
        let Some(event) = event::of(parts) else {
            return Ok(None);
        };
        let claims = event.claims().map_err(InvalidMember::new)?;
        Ok(claims.map(Claims))
    }
}
