use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, Entry};
use http::{Response, StatusCode};

use crate::source::{Asked, MAX_PRELUDE};
use crate::{Body, Error, Options, Reply, trace};

/// How one invocation is answered.
pub(crate) struct Exchange {
    // `None` where the event is of no known source, and nothing can be answered.
    asked: Option<Asked>,
    options: Arc<Options>,
}

impl Exchange {
    pub(crate) fn new(asked: Option<Asked>, options: &Arc<Options>) -> Self {
        Exchange {
            asked,
            options: Arc::clone(options),
        }
    }

    /// Whether a response with this status has a body.
    pub(crate) fn has_body(&self, status: StatusCode) -> bool {
        let is_head = self.asked.is_some_and(|asked| asked.is_head);
        !is_head && may_have_body(status)
    }

    /// The response without its body, where it [has none](Self::has_body). To `HEAD`, a server sends
    /// the length of the body that it does not send, if that is known and not zero, as hyper does.
    pub(crate) fn bodyless(
        mut head: Response<Bytes>,
        body: &impl http_body::Body,
    ) -> Response<Bytes> {
        if may_have_body(head.status()) {
            let header = head.headers_mut().entry(CONTENT_LENGTH);
            let len = body.size_hint().exact();
            if let (Some(len @ 1..), Entry::Vacant(header)) = (len, header) {
                header.insert(len.into());
            }
        }
        head
    }

    /// The prelude of a response that is to stream.
    pub(crate) fn stream(&self, head: &Response<Bytes>) -> Result<Option<Bytes>, Error> {
        check_final(head.status())?;
        if !self.options.streams() {
            return Ok(None);
        }
        let prelude = self.prelude(head)?;
        if prelude.is_some() {
            trace::status(head.status());
        }
        Ok(prelude)
    }

    fn prelude(&self, head: &Response<Bytes>) -> Result<Option<Bytes>, Error> {
        let Some(Asked { source, .. }) = self.asked else {
            return Ok(None);
        };
        let Some(prelude) = source.prelude(head) else {
            return Ok(None);
        };
        let (len, name) = (prelude.len() + 8, source.name());
        if len > MAX_PRELUDE {
            return Err(Error::invalid_response(format!(
                "the status and headers of a stream have {len} bytes, \
                 and {name} takes at most {MAX_PRELUDE} bytes"
            )));
        }
        Ok(Some(prelude))
    }

    /// The buffered reply of a response.
    pub(crate) fn encode<B>(&self, response: &Response<Bytes>) -> Result<Reply<B>, Error> {
        let Some(asked) = self.asked else {
            return Err(Error::invalid_response("there is no request to answer"));
        };
        trace::status(response.status());
        let reply = asked.source.encode(response, asked, &self.options)?;
        self.check_len("reply has", reply.len())?;
        Ok(Reply::buffered(reply))
    }

    pub(crate) fn check_len(&self, what: &str, len: usize) -> Result<(), Error> {
        let Some(Asked { source, .. }) = self.asked else {
            return Ok(());
        };
        let max = source.max_reply();
        if len > max {
            let name = source.name();
            let message = format!("the {what} {len} bytes, and {name} takes at most {max} bytes");
            return Err(Error::invalid_response(message));
        }
        Ok(())
    }

    /// The reply to an error, if the program has one.
    pub(crate) fn answer<B>(&self, error: Error) -> Result<Reply<B>, Error> {
        self.answer_or(error, None)
    }

    /// The reply to an error: the program's, or else this response.
    pub(crate) fn answer_or<B>(
        &self,
        error: Error,
        otherwise: Option<Response<Body>>,
    ) -> Result<Reply<B>, Error> {
        if self.asked.is_none() {
            return Err(error);
        }
        match self.options.answer(&error).or(otherwise) {
            Some(response) => match self.whole(response) {
                Ok(reply) => Ok(reply.answering(error)),
                // An event that is no request knows of no such answer, and fails of the error itself.
                Err(second) if second.is_error_status() => Err(error),
                Err(second) => {
                    trace::error(format_args!("the answer to an error: {second}"));
                    Err(error)
                }
            },
            None => Err(error),
        }
    }

    /// The reply of a response that is there as a whole.
    fn whole<B>(&self, response: Response<Body>) -> Result<Reply<B>, Error> {
        check_final(response.status())?;
        let (parts, body) = response.into_parts();
        let head = Response::from_parts(parts, Bytes::new());
        let response = match self.has_body(head.status()) {
            true => head.map(|_| body.into_bytes()),
            false => Self::bodyless(head, &body),
        };
        if self.options.streams() {
            // A gateway that waits for a stream would take JSON for the body.
            if let Some(prelude) = self.prelude(&response)? {
                trace::status(response.status());
                return Ok(Reply::streaming(prelude, response.into_body(), None));
            }
        }
        self.encode(&response)
    }
}

fn may_have_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

fn check_final(status: StatusCode) -> Result<(), Error> {
    if status.is_informational() {
        let message = format!("{status} is not a final status");
        return Err(Error::invalid_response(message));
    }
    Ok(())
}
