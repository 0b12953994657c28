//! Events and their replies, in files: what `dev --record` writes and `replay` reads.

mod recorder;

use base64_simd::STANDARD;
use bytes::Bytes;
use liftgate::local::{Cause, Exchange};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use recorder::Recorder;

/// An invocation, as it is in a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// The gateway, by its name.
    gateway: String,
    request: Request,
    request_id: String,
    /// What the client got.
    status: u16,
    /// Whether the reply was streamed: then it is text, or base64.
    #[serde(default)]
    is_streamed: bool,
    /// Whether the stream broke off: how much there is of it is chance.
    #[serde(default, skip_serializing_if = "is_false")]
    is_broken: bool,
    event: Box<RawValue>,
    /// The reply, if it is JSON.
    reply: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_base64: Option<String>,
    /// Why there is no reply, or not all of it, or why the gateway refused it.
    failure: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    method: String,
    uri: String,
}

impl Recording {
    /// What came of a request, and what was streamed in the course of it.
    pub(crate) fn new(
        gateway: &str,
        exchange: &Exchange,
        stream: Option<Vec<u8>>,
    ) -> serde_json::Result<Self> {
        let is_broken = exchange.failure.as_ref().is_some_and(|failure| {
            let cause = failure.cause();
            stream.is_some() && matches!(cause, Cause::Function | Cause::FunctionTimeout)
        });
        let mut recording = Recording {
            gateway: gateway.to_owned(),
            request: Request {
                method: exchange.method.to_string(),
                uri: exchange.uri.to_string(),
            },
            request_id: exchange.request_id.clone(),
            status: exchange.status.as_u16(),
            is_streamed: stream.is_some(),
            is_broken,
            event: serde_json::from_slice(&exchange.event)?,
            reply: None,
            reply_text: None,
            reply_base64: None,
            failure: exchange.failure.as_ref().map(ToString::to_string),
        };
        match (stream, &exchange.reply) {
            (Some(stream), _) => recording.set_bytes(stream),
            (None, Some(reply)) => match serde_json::from_slice(reply) {
                Ok(json) => recording.reply = Some(json),
                Err(_) => recording.set_bytes(reply.to_vec()),
            },
            (None, None) => {}
        }
        Ok(recording)
    }

    fn set_bytes(&mut self, reply: Vec<u8>) {
        match String::from_utf8(reply) {
            Ok(text) => self.reply_text = Some(text),
            Err(error) => {
                self.reply_base64 = Some(STANDARD.encode_to_string(error.as_bytes()));
            }
        }
    }

    /// The event.
    pub(crate) fn event(&self) -> Bytes {
        Bytes::copy_from_slice(self.event.get().as_bytes())
    }

    pub(crate) fn is_streamed(&self) -> bool {
        self.is_streamed
    }

    /// The reply, or why there is none.
    pub(crate) fn reply(&self) -> Result<Vec<u8>, String> {
        if self.is_broken {
            return Err(self.failure.clone().unwrap_or_default());
        }
        if let Some(json) = &self.reply {
            return Ok(json.get().as_bytes().to_vec());
        }
        if let Some(text) = &self.reply_text {
            return Ok(text.as_bytes().to_vec());
        }
        if let Some(base64) = &self.reply_base64 {
            let decoded = STANDARD.decode_to_vec(base64);
            return decoded.map_err(|_| "the recorded reply is not base64".to_owned());
        }
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            // It is the same in JSON.
            None => Ok(b"null".to_vec()),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_false(flag: &bool) -> bool {
    !flag
}
