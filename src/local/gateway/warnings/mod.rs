//! What is lost or changed on the way, and nobody says so.

mod reply;
mod request;

use bytes::Bytes;
use http::Request;

use super::{Gateway, Warning};

impl Gateway {
    /// What the gateway changes or loses of a request, of which it made this event, and of the
    /// reply to it, if there is one.
    pub fn warnings(
        &self,
        request: &Request<Bytes>,
        event: &[u8],
        reply: Option<&[u8]>,
    ) -> Vec<Warning> {
        let mut warnings = request::warnings(self, request, event);
        if let Some(reply) = reply {
            warnings.extend(self.reply_warnings(request, reply));
        }
        warnings
    }

    /// Those that are of the reply.
    pub(in crate::local) fn reply_warnings(
        &self,
        request: &Request<Bytes>,
        reply: &[u8],
    ) -> Vec<Warning> {
        reply::warnings(self, request, reply)
    }
}
