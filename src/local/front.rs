use std::net::IpAddr;

use http::header::{HeaderMap, HeaderValue};

/// What a gateway knows besides the request.
#[derive(Clone, Debug)]
pub struct Front {
    pub(crate) stage: String,
    pub(crate) client_ip: IpAddr,
    pub(crate) port: u16,
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
    pub(crate) time_ms: u64,
    pub(crate) multi_value: bool,
}

impl Front {
    /// The headers with those that a gateway adds.
    pub(super) fn forwarded(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = self.forwarded_for(headers);
        let port = HeaderValue::from(self.port);
        headers.entry("x-forwarded-port").or_insert(port);
        let http = HeaderValue::from_static("http");
        headers.entry("x-forwarded-proto").or_insert(http);
        if let Ok(root) = HeaderValue::from_str(&self.trace_id) {
            headers.entry("x-amzn-trace-id").or_insert(root);
        }
        headers
    }

    pub(super) fn forwarded_for(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        let mut hops: Vec<u8> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            hops.extend_from_slice(value.as_bytes());
            hops.extend_from_slice(b", ");
        }
        hops.extend_from_slice(self.client_ip.to_string().as_bytes());
        if let Ok(hops) = HeaderValue::from_bytes(&hops) {
            headers.insert("x-forwarded-for", hops);
        }
        headers
    }
}
