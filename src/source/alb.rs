//! [Application Load Balancer][alb], with [multi-value headers][multi] or without.
//!
//! ```json
//! {
//!   "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:..."}},
//!   "httpMethod": "GET", "path": "/a%20b",
//!   "multiValueQueryStringParameters": {"x": ["a%2Bb", "2"]},
//!   "multiValueHeaders": {"host": ["example.com"], "accept": ["a", "b"]},
//!   "body": "", "isBase64Encoded": false
//! }
//! ```
//!
//! Without multi-value headers the maps are `headers` and `queryStringParameters`, and hold
//! the last value of each name. Path and query are as the client wrote them, but for the
//! order of the query. The reply takes the form of the request.
//!
//! [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
//! [multi]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::rest_api::decode_v1;
use super::wire::{self, Path, Wire, Writer};
use super::{Asked, Source, last_hop, sealed::Sealed};
use crate::{Body, ClientCert, Error, Event, Options};

/// Application Load Balancer. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct Alb;

impl Source for Alb {
    fn name(&self) -> &'static str {
        "alb"
    }
}

impl Sealed for Alb {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.context.elb.is_present()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        decode_v1(wire, Path::Verbatim, None, false, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        let encoding = options.encoding_of(response.headers().get(http::header::CONTENT_TYPE));
        let mut reply = Writer::new(response, encoding, true, asked.is_head);
        reply.status_description();
        match asked.is_multi_value {
            true if options.reverses_alb_values() => reply.reversed_multi_value_headers(),
            true => reply.multi_value_headers(),
            false => single_value_headers(&mut reply, options.permutes_alb_cookies()),
        }
        Ok(reply.finish())
    }

    fn max_reply(&self) -> usize {
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
        1 << 20
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        last_hop(event.last_header("x-forwarded-for").as_deref())
    }

    fn client_cert(&self, event: &Event) -> Option<ClientCert> {
        let header = |name: &str| event.last_header(&format!("x-amzn-mtls-clientcert{name}"));
        let text = |name: &str| header(name).unwrap_or_default().into_owned();
        let pem = header("").or_else(|| header("-leaf"))?;
        let validity = header("-validity").unwrap_or_default();
        let bound = |name: &str| {
            let mut bounds = validity
                .split(';')
                .filter_map(|bound| bound.split_once('='));
            let found = bounds.find(|(bound, _)| bound.trim() == name);
            found
                .map(|(_, time)| time.trim().to_owned())
                .unwrap_or_default()
        };
        Some(ClientCert {
            pem: String::from_utf8_lossy(&wire::percent_decode(pem.as_bytes(), false)).into_owned(),
            subject_dn: text("-subject"),
            issuer_dn: text("-issuer"),
            serial_number: text("-serial-number"),
            not_before: bound("NotBefore"),
            not_after: bound("NotAfter"),
        })
    }
}

/// Headers of one value each. Several cookies go under different spellings of the name.
pub(super) fn single_value_headers(reply: &mut Writer<'_>, permutes: bool) {
    reply.headers(|reply, is_first| {
        let skipped = match permutes {
            true => 0,
            false => reply.set_cookies().count().saturating_sub(1),
        };
        for (index, cookie) in reply.set_cookies().skip(skipped).enumerate() {
            reply.header_name(&spelling(index), is_first);
            reply.header_value(cookie);
        }
    });
}

/// One of the 512 spellings of `set-cookie`; the 513th is the first again.
fn spelling(index: usize) -> [u8; 10] {
    let mut name = *b"set-cookie";
    let letters = name.iter_mut().filter(|byte| byte.is_ascii_alphabetic());
    for (bit, letter) in letters.enumerate() {
        if index >> bit & 1 == 1 {
            letter.make_ascii_uppercase();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_differ_by_case_only() {
        assert_eq!(&spelling(0), b"set-cookie");
        assert_eq!(&spelling(1), b"Set-cookie");
        let all: std::collections::HashSet<_> = (0..512).map(spelling).collect();
        assert_eq!(all.len(), 512);
        assert!(
            all.iter()
                .all(|name| name.eq_ignore_ascii_case(b"set-cookie"))
        );
    }
}
