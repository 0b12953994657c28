use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, TRAILER};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};

use super::api::Api;
use super::connection::TIMEOUT;
use super::link::{Link, no_answer};
use crate::error::BoxError;
use crate::reply::{ERROR_TYPE, Progress};
use crate::source::MAX_REPLY;
use crate::{Context, Error, Invocation, Reply, trace};

const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const STREAMING: HeaderValue = HeaderValue::from_static("streaming");
const HTTP_INTEGRATION: HeaderValue =
    HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
const ERROR_TRAILERS: HeaderValue = HeaderValue::from_static(
    "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
);

/// How often an answer is sent if the connection breaks.
const POST_TRIES: u32 = 3;

/// The Runtime API, over one connection that is kept.
pub(super) struct Client<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    api: Arc<Api>,
    link: Link<B>,
}

/// An invocation that did not come.
pub(super) struct NextError {
    /// Whose event it was that broke off.
    pub(super) context: Option<Context>,
    pub(super) error: Error,
}

impl From<Error> for NextError {
    fn from(error: Error) -> Self {
        let context = None;
        NextError { context, error }
    }
}

impl<B> Client<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(api: Arc<Api>) -> Self {
        let link = Link::new(Arc::clone(&api));
        Client { api, link }
    }

    /// Waits for the next invocation, without limit.
    pub(super) async fn next(&mut self) -> Result<Invocation, NextError> {
        let request = self.request(Method::GET, self.api.next.clone(), Bytes::new());
        let response = self.link.send(request).await?;
        let (parts, body) = response.into_parts();
        let id = parts.headers.get(REQUEST_ID).map(HeaderValue::as_bytes);
        let is_segment = |byte: &u8| byte.is_ascii_graphic() && !b"/?#%".contains(byte);
        let has_id = id.is_some_and(|id| !id.is_empty() && id.iter().all(is_segment));
        let event = self.link.read(body).await;
        if parts.status != StatusCode::OK {
            return Err(unexpected("next", parts.status, &event.unwrap_or_default()).into());
        }
        if !has_id {
            let message = "the Runtime API sent an invocation without a proper request id";
            return Err(Error::runtime(message).into());
        }
        let context = Context::from(parts.headers);
        match event {
            Ok(event) => Ok(Invocation::new(event, context)),
            Err(error) => Err(NextError {
                context: Some(context),
                error: Error::runtime_from("the event broke off", error),
            }),
        }
    }

    /// Answers an invocation.
    pub(super) async fn respond(&mut self, context: &Context, reply: Bytes) -> Result<(), Error> {
        let len = reply.len();
        let status = self.post(context, "response", None, reply).await?;
        if status == Some(StatusCode::PAYLOAD_TOO_LARGE) {
            let message =
                format!("the reply has {len} bytes, and Lambda takes at most {MAX_REPLY} bytes");
            return self.fail(context, &Error::invalid_response(message)).await;
        }
        Ok(())
    }

    /// Answers an invocation with a stream.
    ///
    /// It is sent as its body yields it. A Runtime API that answers with a refusal, or goes away,
    /// has the body dropped.
    pub(super) async fn stream(
        &mut self,
        context: &Context,
        reply: Reply<B>,
        progress: &Progress,
    ) -> Result<(), Error> {
        let uri = self.invocation_uri(context, "response")?;
        let mut request = Request::new(reply);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(HOST, self.api.host.clone());
        headers.insert(CONTENT_TYPE, HTTP_INTEGRATION);
        headers.insert(RESPONSE_MODE, STREAMING);
        headers.insert(TRAILER, ERROR_TRAILERS);
        if let Some(invocation) = context.headers().get(INVOCATION_ID) {
            headers.insert(INVOCATION_ID, invocation.clone());
        }
        let answer = {
            let mut exchange = std::pin::pin!(self.link.exchange_stream(request));
            let mut was_over = false;
            loop {
                match timeout(TIMEOUT, exchange.as_mut()).await {
                    Ok(answer) => break answer,
                    Err(_) if was_over => break Err(no_answer()),
                    // A body takes as long as it takes.
                    Err(_) => was_over = progress.is_over() || progress.fault().is_some(),
                }
            }
        };
        if let Err(error) = answer {
            // Part of it may have arrived, so it cannot be sent again.
            self.link.close();
            let error = Error::runtime_from("the stream broke off", error);
            return self.fail(context, &error).await;
        }
        let status = self.outcome(context, "response", answer)?;
        if status == Some(StatusCode::PAYLOAD_TOO_LARGE) {
            let message = "the stream is longer than Lambda takes, which is 200 MB";
            return self.fail(context, &Error::invalid_response(message)).await;
        }
        Ok(())
    }

    /// Reports an invocation as failed, to Lambda and to the log.
    pub(super) async fn fail(&mut self, context: &Context, error: &Error) -> Result<(), Error> {
        trace::failed(context, error);
        self.post(context, "error", Some(error), error.to_json().into())
            .await
            .map(drop)
    }

    /// Reports to `/init/error` or `/restore/error` why the program cannot go on.
    pub(super) async fn fail_phase(&mut self, phase: &str, error: &Error) {
        trace::error(format_args!("{error:?}"));
        let path = format!("/2018-06-01/runtime/{phase}/error");
        let told = match self.post_to(&path, Some(error), error.to_json().into()) {
            Ok(request) => timeout(TIMEOUT, self.link.exchange(request)).await,
            Err(error) => Ok(Err(error)),
        };
        match told.unwrap_or_else(|_| Err(no_answer())) {
            Ok((status, _)) if status.is_success() => {}
            Ok((status, text)) => {
                let error = unexpected(&format!("{phase}/error"), status, &text);
                trace::error(format_args!("{error}"));
            }
            Err(error) => trace::error(format_args!("{phase}/error was not taken: {error}")),
        }
    }

    /// Waits over the snapshot. Whatever connection there was, it is not to be used again.
    pub(super) async fn restore(&mut self) -> Result<(), Error> {
        let uri = self.api.uri("/2018-06-01/runtime/restore/next")?;
        let request = self.request(Method::GET, uri, Bytes::new());
        let answer = self.link.exchange(request).await;
        self.link.close();
        match answer? {
            (StatusCode::OK, _) => Ok(()),
            (status, text) => Err(unexpected("restore/next", status, &text)),
        }
    }

    /// Registers as an internal extension that waits for no event, so that Lambda sends
    /// `SIGTERM` before it ends the environment; and then waits, for ever on Lambda.
    pub(super) async fn extend(&mut self, registered: impl FnOnce()) -> Result<(), Error> {
        let path = "/2020-01-01/extension/register";
        let mut request = self.post_to(path, None, Bytes::from_static(b"{\"events\":[]}"))?;
        let name = HeaderValue::from_static("liftgate-shutdown");
        request
            .headers_mut()
            .insert("lambda-extension-name", name.clone());
        let response = self.link.send(request).await?;
        let (parts, body) = response.into_parts();
        let text = self.link.read(body).await?;
        let header = HeaderName::from_static("lambda-extension-identifier");
        let Some(id) = parts
            .headers
            .get(&header)
            .filter(|_| parts.status.is_success())
        else {
            return Err(unexpected("extension/register", parts.status, &text));
        };
        registered();
        let uri = self.api.uri("/2020-01-01/extension/event/next")?;
        let mut request = self.request(Method::GET, uri, Bytes::new());
        request.headers_mut().insert(header, id.clone());
        self.link.exchange(request).await.map(drop)
    }

    /// Posts to `response` or `error`. `None` where it is not known what became of it: the
    /// invocation is over for us all the same.
    async fn post(
        &mut self,
        context: &Context,
        what: &str,
        error: Option<&Error>,
        body: Bytes,
    ) -> Result<Option<StatusCode>, Error> {
        let path = invocation_path(context, what);
        let request = |client: &Self| {
            let mut request = client.post_to(&path, error, body.clone())?;
            if let Some(invocation) = context.headers().get(INVOCATION_ID) {
                request
                    .headers_mut()
                    .insert(INVOCATION_ID, invocation.clone());
            }
            Ok(request)
        };
        let mut sent = self.link.answer(request(self)?).await;
        for tried in 1..POST_TRIES {
            // A connection may close while it waits, and most of all while the environment is
            // frozen. An answer that came through after all is refused the second time.
            if !sent.as_ref().is_err_and(|error| !error.is_timeout()) {
                break;
            }
            self.link.close();
            sleep(Duration::from_millis(1 << tried)).await;
            sent = self.link.answer(request(self)?).await;
        }
        self.outcome(context, what, sent)
    }

    /// What the Runtime API has said to a post.
    fn outcome(
        &mut self,
        context: &Context,
        what: &str,
        answer: Result<(StatusCode, Bytes), Error>,
    ) -> Result<Option<StatusCode>, Error> {
        let id = context.request_id();
        match answer {
            Ok((status, _)) if status.is_success() => Ok(Some(status)),
            Ok((status, text)) => {
                let error = unexpected(what, status, &text);
                // By its contract, the environment cannot recover from this.
                if status.is_server_error() {
                    return Err(Error::runtime(format!("{id}: {error}")));
                }
                trace::error(format_args!("{id}: {error}"));
                Ok(Some(status))
            }
            Err(error) => {
                trace::error(format_args!("{id}: {what} was not taken: {error}"));
                self.link.close();
                Ok(None)
            }
        }
    }

    fn post_to(
        &self,
        path: &str,
        error: Option<&Error>,
        body: Bytes,
    ) -> Result<Request<Reply<B>>, Error> {
        let mut request = self.request(Method::POST, self.api.uri(path)?, body);
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        if let Some(error) = error {
            let kind = HeaderValue::from_static(error.error_type());
            request.headers_mut().insert(ERROR_TYPE, kind);
        }
        Ok(request)
    }

    fn request(&self, method: Method, uri: Uri, body: Bytes) -> Request<Reply<B>> {
        let mut request = Request::new(Reply::buffered(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(HOST, self.api.host.clone());
        request
    }

    fn invocation_uri(&self, context: &Context, what: &str) -> Result<Uri, Error> {
        self.api.uri(&invocation_path(context, what))
    }
}

fn invocation_path(context: &Context, what: &str) -> String {
    let id = context.request_id();
    format!("/2018-06-01/runtime/invocation/{id}/{what}")
}

#[cold]
fn unexpected(what: &str, status: StatusCode, text: &[u8]) -> Error {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    let separator = if text.is_empty() { "" } else { ": " };
    Error::runtime(format!(
        "the Runtime API answered {status} to {what}{separator}{text}"
    ))
}
