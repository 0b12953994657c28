use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};

use crate::{Answer, Body};

/// A request, as a framework has taken it apart.
#[derive(Debug, Default)]
pub struct Asked {
    /// The request, with `Event` and `Context` among its extensions.
    pub request: Request<Bytes>,
    /// What the route has in braces, or nothing.
    pub parameter: String,
}

impl Asked {
    /// The parameter as a number.
    pub(crate) fn number<T: FromStr<Err: Display>>(&self) -> Result<T, String> {
        self.parameter.parse().map_err(text)
    }

    /// The pairs of the query, decoded.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let query = self.request.uri().query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
    }

    /// A number in the query, or zero.
    pub(crate) fn query(&self, name: &str) -> Result<u64, String> {
        let value = self.pairs().find(|(key, _)| key == name);
        value.map_or(Ok(0), |(_, value)| value.parse().map_err(text))
    }
}

/// The answer, or what is wrong with the request.
pub(crate) fn or_bad_request(answer: Result<Answer, String>) -> Answer {
    answer.unwrap_or_else(|error| {
        let mut answer = Answer::new(Body::from(error));
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        answer.headers_mut().insert(CONTENT_TYPE, text);
        answer
    })
}

pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}
