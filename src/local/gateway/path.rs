//! The paths of an API: its stage, or the path under which it is mapped, and what is below.

use super::{Cause, Failure, Gateway, Kind};

/// A request's path, in two pieces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ApiPath<'r> {
    /// The stage or the base path, without slashes; empty where the URLs have none.
    pub(super) prefix: &'r str,
    /// What is below; it begins with a slash, or is empty.
    pub(super) below: &'r str,
}

impl Gateway {
    /// What of a path is the API's.
    pub(super) fn api_path<'r>(&'r self, path: &'r str) -> Result<ApiPath<'r>, Failure> {
        let prefix = self.prefix();
        if prefix.is_empty() {
            let below = path;
            return Ok(ApiPath { prefix, below });
        }
        // More than one slash before a stage are one.
        let rest = path.trim_start_matches('/').strip_prefix(prefix);
        match rest.filter(|below| below.is_empty() || below.starts_with('/')) {
            Some(below) => Ok(ApiPath { prefix, below }),
            None => {
                let reason = format!("`{path}` is not below `/{prefix}`, where the API is");
                Err(Failure::new(Cause::NotFound, reason))
            }
        }
    }

    /// What every path of the API's URLs begins with, with a slash before it: the stage, or the
    /// path that it is mapped to. It may be empty.
    pub fn url_path(&self) -> String {
        let is_api = matches!(
            self.kind,
            Kind::RestApi | Kind::HttpApi | Kind::HttpApiV1 | Kind::WebSocket
        );
        match self.prefix() {
            prefix if is_api && !prefix.is_empty() => format!("/{prefix}"),
            _ => String::new(),
        }
    }

    /// What every URL begins with, without slashes.
    fn prefix(&self) -> &str {
        match (&self.base_path, self.stage_name()) {
            (Some(base_path), _) => base_path,
            (None, "$default") => "",
            (None, _) => self.stage.as_deref().unwrap_or_default(),
        }
    }
}

impl ApiPath<'_> {
    /// What is below, with one slash at its beginning.
    pub(super) fn resource(&self) -> String {
        format!("/{}", self.below.trim_start_matches('/'))
    }

    /// The whole path, with one slash at its beginning where there is a prefix.
    pub(super) fn whole(&self) -> String {
        match self.prefix {
            "" => self.below.to_owned(),
            prefix => format!("/{prefix}{}", self.below),
        }
    }
}
