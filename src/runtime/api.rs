use bytes::Bytes;
use http::uri::{Authority, InvalidUri};
use http::{HeaderValue, Uri};

use crate::Error;

/// Where the Runtime API is.
#[derive(Clone, Debug)]
pub(super) struct Api {
    /// To connect to.
    pub(super) authority: String,
    pub(super) host: HeaderValue,
    /// `/2018-06-01/runtime/invocation/next`
    pub(super) next: Uri,
    path: String,
}

impl Api {
    /// The Runtime API at `host:port`, or at a URL with a path.
    pub(super) fn new(address: &str) -> Result<Self, Error> {
        let bare = address.trim().trim_end_matches('/');
        let bare = bare.strip_prefix("http://").unwrap_or(bare);
        let (authority, path) = match bare.find('/') {
            Some(slash) => bare.split_at(slash),
            None => (bare, ""),
        };
        let impossible = || {
            let address = address.escape_debug();
            Error::runtime(format!(
                "AWS_LAMBDA_RUNTIME_API is `{address}`, not host:port"
            ))
        };
        let parsed = authority.parse::<Authority>().ok().filter(|parsed| {
            let has_odd_port = parsed.host() != authority && parsed.port_u16().is_none();
            !parsed.host().is_empty() && !authority.contains('@') && !has_odd_port
        });
        let parsed = parsed.ok_or_else(impossible)?;
        let port = parsed.port_u16().unwrap_or(80);
        Ok(Api {
            authority: format!("{}:{port}", parsed.host()),
            host: HeaderValue::from_str(authority).map_err(|_| impossible())?,
            next: format!("{path}/2018-06-01/runtime/invocation/next")
                .parse()
                .map_err(|_| impossible())?,
            path: path.to_owned(),
        })
    }

    /// The URI of an invocation's `response` or `error`.
    pub(super) fn invocation(&self, id: &str, what: &str) -> Result<Uri, Error> {
        let parts = [&self.path, "/2018-06-01/runtime/invocation/", id, "/", what];
        Uri::from_maybe_shared(Bytes::from(parts.concat())).map_err(no_uri)
    }

    /// The URI of `/2018-06-01/runtime/..`, or of the Extensions API.
    pub(super) fn uri(&self, path: &str) -> Result<Uri, Error> {
        Uri::try_from(format!("{}{path}", self.path)).map_err(no_uri)
    }
}

#[cold]
fn no_uri(error: InvalidUri) -> Error {
    Error::runtime_from("the Runtime API's path", error)
}
