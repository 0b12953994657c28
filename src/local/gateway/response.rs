//! What gateways make of a response besides reading it: names of headers, lengths, ids.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};

use super::{Arrival, Gateway, Kind, function_url, rest_api};

/// What gateways say of a body that the app says nothing of.
pub(super) const JSON: &str = "application/json";
pub(super) const TEXT: &str = "text/plain;charset=UTF-8";
pub(super) const BYTES: &str = "application/octet-stream";

pub(super) fn default_type(headers: &mut HeaderMap, default: &'static str) {
    let default = HeaderValue::from_static(default);
    headers.entry(header::CONTENT_TYPE).or_insert(default);
}

/// What becomes of headers that the function may not set.
#[derive(Debug)]
pub(super) struct Rewrites {
    /// They go under another name, `x-amzn-remapped-`.
    pub(super) renamed: &'static [&'static str],
    pub(super) dropped: &'static [&'static str],
}

const UNCHANGED: Rewrites = Rewrites {
    renamed: &[],
    dropped: &[],
};

/// Hop-by-hop headers ([RFC 9110, 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1)),
/// which no gateway hands on under their names.
const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Kind {
    pub(super) fn rewrites(self) -> &'static Rewrites {
        match self {
            Kind::RestApi => &rest_api::REWRITES,
            Kind::FunctionUrl => &function_url::REWRITES,
            _ => &UNCHANGED,
        }
    }
}

impl Rewrites {
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        for name in self.renamed {
            let Ok(renamed) = HeaderName::try_from(renamed(name)) else {
                continue;
            };
            let values: Vec<_> = headers.get_all(*name).iter().cloned().collect();
            headers.remove(*name);
            for value in values {
                headers.append(&renamed, value);
            }
        }
        for name in self.dropped() {
            headers.remove(name);
        }
    }

    /// What the client does not get, unless it is renamed.
    pub(super) fn dropped(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.dropped.iter().copied().chain(HOP_BY_HOP)
    }
}

pub(super) fn renamed(name: &str) -> String {
    format!("x-amzn-remapped-{name}")
}

/// Removes a length that the gateway counts for itself: any but that of a body which is not there,
/// and that one too if it is no length.
pub(super) fn count<B>(method: &Method, is_empty: bool, response: &mut Response<B>) {
    let is_bodyless = method == Method::HEAD || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let is_length = match (lengths.next(), lengths.next()) {
        (Some(length), None) => is_number(length),
        _ => false,
    };
    if !is_bodyless || !is_empty || !is_length {
        headers.remove(header::CONTENT_LENGTH);
    }
}

fn is_number(value: &HeaderValue) -> bool {
    let digits = value.to_str().ok();
    let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.is_some_and(|digits| digits.parse::<u64>().is_ok())
}

impl Gateway {
    /// Adds what the gateway says in a response of the request and of itself. It says less in a
    /// response of [its own](Gateway::respond_to) than in that of a function.
    pub(in crate::local) fn sign<B>(
        &self,
        arrival: &Arrival,
        response: &mut Response<B>,
        is_own: bool,
    ) {
        // A request has a trace once it is known where it goes.
        let is_traced = !is_own || response.status().is_server_error();
        let headers = response.headers_mut();
        let mut says = |name: &'static str, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        };
        match self.kind {
            Kind::RestApi | Kind::WebSocket => {
                says("x-amzn-requestid", &arrival.request_id);
                says("x-amz-apigw-id", &arrival.extended_id);
                if is_traced {
                    says("x-amzn-trace-id", &arrival.trace_id);
                }
            }
            Kind::HttpApi | Kind::HttpApiV1 => says("apigw-requestid", &arrival.extended_id),
            Kind::FunctionUrl => {
                says("x-amzn-requestid", &arrival.request_id);
                if !is_own {
                    says("x-amzn-trace-id", &arrival.trace_id);
                }
            }
            Kind::Alb | Kind::AlbMultiValue => {
                let server = HeaderValue::from_static("awselb/2.0");
                headers.entry(header::SERVER).or_insert(server);
            }
            Kind::Lattice | Kind::LatticeV1 => {}
        }
    }
}
