//! What the authorizers tell of a user.

use axum::RequestPartsExt as _;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use liftgate_axum::{Authorizer, Claims};
use serde::{Deserialize, Deserializer};

/// The claims of a token by Amazon Cognito.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) sub: String,
    pub(crate) email: Option<String>,
    #[serde(default, rename = "cognito:groups", deserialize_with = "list")]
    pub(crate) groups: Vec<String>,
}

/// A claim that is an array in the token: `[admin staff]` by an HTTP API, `admin,staff` by a REST
/// API. Neither tells a separator from one in a name, so let no group have one in its name.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let (bare, separator) = bare.map_or((&*text, ','), |bare| (bare, ' '));
    let names = bare.split(separator).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

/// What our own Lambda authorizer of an HTTP API says.
#[derive(Debug, Deserialize)]
struct Said {
    lambda: Option<Role>,
}

#[derive(Debug, Deserialize)]
struct Role {
    user: String,
    roles: Vec<String>,
}

/// The name of someone who may do all: by the groups in a token, or by the roles that a Lambda
/// authorizer knows of. Anyone else is 403, and who is not known at all is 401.
#[derive(Debug)]
pub(crate) struct Admin(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let claims: Option<Claims<User>> = parts.extract().await.map_err(respond)?;
        let (name, groups) = if let Some(Claims(user)) = claims {
            (user.sub, user.groups)
        } else {
            let Authorizer(said): Authorizer<Said> = parts.extract().await.map_err(respond)?;
            let role = said.lambda.ok_or_else(forbidden)?;
            (role.user, role.roles)
        };
        let is_admin = groups.iter().any(|group| group == "admin");
        is_admin.then_some(Admin(name)).ok_or_else(forbidden)
    }
}

fn respond(rejection: impl axum::response::IntoResponse) -> Response {
    rejection.into_response()
}

fn forbidden() -> Response {
    (StatusCode::FORBIDDEN, "admins only\n").into_response()
}
