//! The account, the region and the names that the local gateways have.

use http::header::{self, HeaderMap};

use super::headers::value_of;

pub(super) const ACCOUNT_ID: &str = "123456789012";
pub(super) const REGION: &str = "us-east-1";
pub(super) const API_ID: &str = "l0c4l4p1id";
pub(super) const RESOURCE_ID: &str = "l0c4l1";
pub(super) const DEPLOYMENT_ID: &str = "l0c4l2";
/// The first label of a function URL has 32 characters.
pub(super) const URL_ID: &str = "l0c4lfunct10nur1l0c4lfunct10nur1";

/// The domain of an API: the one that the client asked for.
pub(super) fn domain_name(headers: &HeaderMap) -> String {
    value_of(headers, header::HOST)
        .unwrap_or_else(|| format!("{API_ID}.execute-api.{REGION}.amazonaws.com"))
}

/// Its first label.
pub(super) fn domain_prefix(domain: &str) -> &str {
    domain.split(['.', ':']).next().unwrap_or_default()
}
