//! The answers to requests that an extractor does not take.
//!
//! What a client is told names what is missing, or the member of the event that does not fit, and
//! never quotes a value of the event. [`InvalidMember`]'s [source](std::error::Error::source)
//! tells the rest, for the log.
//!
//! # Examples
//!
//! ```
//! use axum::extract::FromRequestParts;
//! use liftgate_axum::{Claims, rejection::ClaimsRejection};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let (mut parts, ()) = http::Request::new(()).into_parts();
//! let claims: Result<Claims<String>, _> = Claims::from_request_parts(&mut parts, &()).await;
//! let rejection = claims.unwrap_err();
//! assert_eq!(rejection.status(), 500);
//! assert!(matches!(rejection, ClaimsRejection::MissingEvent(_)));
//! # }
//! ```

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

/// A rejection that is always the same.
macro_rules! missing {
    ($(#[$doc:meta])* $name:ident, $status:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name;

        impl $name {
            /// What the client is told.
            pub fn body_text(&self) -> String {
                $text.to_owned()
            }

            /// The status of the response.
            pub fn status(&self) -> StatusCode {
                StatusCode::$status
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl Error for $name {}
    };
}

missing! {
    /// The request has no [`liftgate::Context`].
    MissingContext, INTERNAL_SERVER_ERROR,
    "The request has no extension `liftgate::Context`: the app is not served by liftgate"
}

missing! {
    /// The request has no [`liftgate::Event`].
    MissingEvent, INTERNAL_SERVER_ERROR,
    "The request has no extension `liftgate::Event`: the app is not served by liftgate"
}

missing! {
    /// The event has no request context.
    MissingRequestContext, INTERNAL_SERVER_ERROR,
    "The event has no `requestContext`"
}

missing! {
    /// No authorizer of the gateway has seen the request.
    MissingAuthorizer, UNAUTHORIZED,
    "The request was not authorized by the gateway"
}

missing! {
    /// The gateway has taken no JWT. The response asks for one (`WWW-Authenticate: Bearer`).
    MissingClaims, UNAUTHORIZED,
    "The request has no token that the gateway has verified"
}

/// A member of the event is not of the type that the handler takes.
#[derive(Debug)]
pub struct InvalidMember {
    error: liftgate::Error,
}

impl InvalidMember {
    pub(crate) fn new(error: liftgate::Error) -> Self {
        InvalidMember { error }
    }

    /// What the client is told: the member's path.
    pub fn body_text(&self) -> String {
        self.to_string()
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

impl fmt::Display for InvalidMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = self.error.member().unwrap_or_default();
        write!(
            f,
            "`{member}` of the event is not of the type that the handler takes"
        )
    }
}

impl Error for InvalidMember {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// A rejection that is one of several.
macro_rules! one_of {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant($variant),)+
        }

        impl $name {
            /// What the client is told.
            pub fn body_text(&self) -> String {
                match self {
                    $($name::$variant(rejection) => rejection.body_text(),)+
                }
            }

            /// The status of the response.
            pub fn status(&self) -> StatusCode {
                match self {
                    $($name::$variant(rejection) => rejection.status(),)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($name::$variant(rejection) => rejection.fmt(f),)+
                }
            }
        }

        impl Error for $name {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                match self {
                    $($name::$variant(rejection) => rejection.source(),)+
                }
            }
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                match self {
                    $($name::$variant(rejection) => rejection.into_response(),)+
                }
            }
        }

        $(impl From<$variant> for $name {
            fn from(rejection: $variant) -> Self {
                $name::$variant(rejection)
            }
        })+
    };
}

one_of! {
    /// The rejection of [`RequestContext`](crate::RequestContext).
    RequestContextRejection {
        /// The app is not behind liftgate.
        MissingEvent,
        /// The event has none.
        MissingRequestContext,
        /// It is of another type.
        InvalidMember,
    }
}

one_of! {
    /// The rejection of [`Authorizer`](crate::Authorizer).
    AuthorizerRejection {
        /// The app is not behind liftgate.
        MissingEvent,
        /// There was no authorizer.
        MissingAuthorizer,
        /// What it said is of another type.
        InvalidMember,
    }
}

one_of! {
    /// The rejection of [`Claims`](crate::Claims).
    ClaimsRejection {
        /// The app is not behind liftgate.
        MissingEvent,
        /// There are none.
        MissingClaims,
        /// They are of another type.
        InvalidMember,
    }
}

macro_rules! plain_response {
    ($($name:ident)+) => {
        $(impl IntoResponse for $name {
            fn into_response(self) -> Response {
                (self.status(), self.body_text()).into_response()
            }
        })+
    };
}

plain_response! {
    MissingContext MissingEvent MissingRequestContext MissingAuthorizer InvalidMember
}

impl IntoResponse for MissingClaims {
    fn into_response(self) -> Response {
        // RFC 9110, 15.5.2: a 401 names a challenge. Of the others' authorizers only the gateway
        // knows which it is.
        let challenge = [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
        (self.status(), challenge, self.body_text()).into_response()
    }
}
