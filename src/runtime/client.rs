use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, TRAILER};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};

use super::api::Api;
use super::backoff::pause;
use super::connection::{SendError, TIMEOUT};
use super::link::{Answer, Link, no_answer};
use crate::error::BoxError;
use crate::reply::{ERROR_TYPE, Progress};
use crate::source::MAX_REPLY;
use crate::{Context, Error, Invocation, Reply, trace};

const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
const EXTENSION_NAME: HeaderName = HeaderName::from_static("lambda-extension-name");
const EXTENSION_ID: HeaderName = HeaderName::from_static("lambda-extension-identifier");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const STREAMING: HeaderValue = HeaderValue::from_static("streaming");
const HTTP_INTEGRATION: HeaderValue =
    HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
const ERROR_TRAILERS: HeaderValue = HeaderValue::from_static(
    "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
);

/// How often an answer is sent if the connection breaks, in a second or so.
const POST_TRIES: u32 = 8;

/// How much of what the Runtime API says is told, in characters.
const MAX_TOLD: usize = 1024;

/// The Runtime API, over one connection that is kept.
pub(super) struct Client<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    api: Arc<Api>,
    link: Link<B>,
}

/// What has become of a post.
enum Posted {
    Said(StatusCode),
    /// There was no answer in time. It has probably been heard.
    Silent,
    Lost,
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
    ///
    /// It may be given up until there is the head of an answer, and no invocation is lost.
    pub(super) async fn ask(&mut self) -> Result<Response<Incoming>, Error> {
        let request = self.request(Method::GET, self.api.next.clone(), Bytes::new());
        let sent = pin!(self.link.send(request));
        sent.await.map_err(|SendError { error, .. }| error)
    }

    /// Reads the invocation that was waited for.
    pub(super) async fn receive(
        &mut self,
        response: Response<Incoming>,
    ) -> Result<Invocation, NextError> {
        let (
            Parts {
                status, headers, ..
            },
            body,
        ) = response.into_parts();
        let event = self.link.read_event(status, body).await;
        if status != StatusCode::OK {
            return Err(unexpected("next", status, &event.unwrap_or_default()).into());
        }
        let id = headers.get(REQUEST_ID).map(HeaderValue::as_bytes);
        if !id.is_some_and(is_segment) {
            let message = "the Runtime API sent an invocation without a proper request id";
            return Err(Error::runtime(message).into());
        }
        let context = Context::from(headers);
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
        match self.post(context, "response", None, reply).await? {
            Posted::Said(StatusCode::PAYLOAD_TOO_LARGE) => {
                let message = format!(
                    "the reply has {len} bytes, and Lambda takes at most {MAX_REPLY} bytes"
                );
                self.fail(context, &Error::invalid_response(message)).await
            }
            Posted::Said(_) | Posted::Silent => Ok(()),
            Posted::Lost => {
                let error = Error::runtime("the answer was not taken");
                self.fail(context, &error).await
            }
        }
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
        let uri = self.api.invocation(context.request_id(), "response")?;
        let mut request = self.post_to(uri, Bytes::new()).map(|_| reply);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HTTP_INTEGRATION);
        headers.insert(RESPONSE_MODE, STREAMING);
        headers.insert(TRAILER, ERROR_TRAILERS);
        echo(context, &mut request);
        let mut tried = 0;
        let answer = loop {
            tried += 1;
            match self.send_stream(request, progress).await {
                Err(SendError {
                    unsent: Some(unsent),
                    ..
                }) if tried < POST_TRIES => request = *unsent,
                answer => break answer,
            }
            sleep(pause(tried - 1)).await;
        };
        match answer {
            Ok(answer) => {
                if self.outcome(context, "response", answer)? == StatusCode::PAYLOAD_TOO_LARGE {
                    let message = "the stream is longer than Lambda takes, which is 200 MB";
                    return self.fail(context, &Error::invalid_response(message)).await;
                }
                Ok(())
            }
            Err(SendError { error, .. }) => {
                // Part of it may have arrived, so it cannot be sent again.
                self.give_up(context, &Error::runtime_from("the stream broke off", error))
                    .await
            }
        }
    }

    async fn send_stream(
        &mut self,
        request: Request<Reply<B>>,
        progress: &Progress,
    ) -> Result<Answer, SendError<B>> {
        let mut exchange = pin!(self.link.exchange_stream(request, progress));
        let mut was_over = false;
        loop {
            match timeout(TIMEOUT, exchange.as_mut()).await {
                Ok(answer) => return answer,
                Err(_) if was_over => return Err(SendError::lost(no_answer())),
                // A body takes as long as it takes.
                Err(_) => was_over = progress.is_over(),
            }
        }
    }

    /// Breaks off the stream that is going out, and reports its invocation as failed.
    pub(super) async fn give_up(&mut self, context: &Context, error: &Error) -> Result<(), Error> {
        self.link.close();
        self.fail(context, error).await
    }

    /// Reports an invocation as failed, to Lambda and to the log.
    pub(super) async fn fail(&mut self, context: &Context, error: &Error) -> Result<(), Error> {
        trace::failed(context, error);
        let body = error.to_json().into();
        self.post(context, "error", Some(error), body)
            .await
            .map(drop)
    }

    /// Reports to `/init/error` or `/restore/error` why the program cannot go on.
    pub(super) async fn fail_phase(&mut self, phase: &str, error: &Error) {
        trace::error(format_args!("{}: {}", error.error_type(), error.brief()));
        let uri = self.api.uri(&format!("/2018-06-01/runtime/{phase}/error"));
        let told = match uri {
            Ok(uri) => {
                let mut request = self.post_to(uri, error.to_json().into());
                name_error(error, &mut request);
                let answer = self.link.answer(request).await;
                answer.map_err(|SendError { error, .. }| error)
            }
            Err(error) => Err(error),
        };
        match told {
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
        match answer.map_err(|SendError { error, .. }| error)? {
            (StatusCode::OK, _) => Ok(()),
            (status, text) => Err(unexpected("restore/next", status, &text)),
        }
    }

    /// Registers as an internal extension that waits for no event, so that Lambda sends
    /// `SIGTERM` before it ends the environment; or as the external extension that the program is.
    /// Gives the extension's id.
    pub(super) async fn register(&mut self, external: Option<&str>) -> Result<HeaderValue, Error> {
        let uri = self.api.uri("/2020-01-01/extension/register")?;
        let (name, events) = match external {
            Some(name) => (HeaderValue::from_str(name), r#"{"events":["SHUTDOWN"]}"#),
            None => (
                Ok(HeaderValue::from_static("liftgate-shutdown")),
                r#"{"events":[]}"#,
            ),
        };
        let name = name.map_err(|error| Error::runtime_from("the extension's name", error))?;
        let mut request = self.post_to(uri, Bytes::from_static(events.as_bytes()));
        request.headers_mut().insert(EXTENSION_NAME, name);
        let response = self.link.send(request).await;
        let response = response.map_err(|SendError { error, .. }| error)?;
        let (
            Parts {
                status, headers, ..
            },
            body,
        ) = response.into_parts();
        let text = self.link.read_event(status, body).await?;
        let id = headers.get(EXTENSION_ID).filter(|_| status.is_success());
        let id = id.ok_or_else(|| unexpected("extension/register", status, &text))?;
        Ok(id.clone())
    }

    /// Waits for an event of the extension's, which never comes on Lambda.
    pub(super) async fn wait_as(&mut self, extension: &HeaderValue) -> Result<(), Error> {
        let uri = self.api.uri("/2020-01-01/extension/event/next")?;
        let mut request = self.request(Method::GET, uri, Bytes::new());
        request
            .headers_mut()
            .insert(EXTENSION_ID, extension.clone());
        let answer = self.link.exchange(request).await;
        let (status, text) = answer.map_err(|SendError { error, .. }| error)?;
        if status.is_success() {
            Ok(())
        } else {
            Err(unexpected("extension/event/next", status, &text))
        }
    }

    /// Posts to `response` or `error`. Whatever comes of it, the invocation is over for us.
    async fn post(
        &mut self,
        context: &Context,
        what: &str,
        error: Option<&Error>,
        body: Bytes,
    ) -> Result<Posted, Error> {
        let uri = self.api.invocation(context.request_id(), what)?;
        let mut tried = 0;
        loop {
            let mut request = self.post_to(uri.clone(), body.clone());
            if let Some(error) = error {
                name_error(error, &mut request);
            }
            echo(context, &mut request);
            let lost = match self.link.answer(request).await {
                Ok(answer) => return self.outcome(context, what, answer).map(Posted::Said),
                Err(SendError { error, .. }) => error,
            };
            // A connection may close while it waits, and most of all while the environment is
            // frozen. An answer that came through after all is refused the second time.
            tried += 1;
            if tried == POST_TRIES || lost.is_timeout() {
                let id = context.request_id();
                trace::error(format_args!("{id}: {what} was not taken: {lost}"));
                self.link.close();
                let is_silent = lost.is_timeout();
                return Ok(if is_silent {
                    Posted::Silent
                } else {
                    Posted::Lost
                });
            }
            sleep(pause(tried - 1)).await;
        }
    }

    /// What the Runtime API has said to a post.
    fn outcome(
        &mut self,
        context: &Context,
        what: &str,
        (status, text): Answer,
    ) -> Result<StatusCode, Error> {
        if !status.is_success() {
            let id = context.request_id();
            let error = unexpected(what, status, &text);
            // By its contract, the environment cannot recover from this.
            if status.is_server_error() {
                return Err(Error::runtime(format!("{id}: {error}")));
            }
            trace::error(format_args!("{id}: {error}"));
        }
        Ok(status)
    }

    fn post_to(&self, uri: Uri, body: Bytes) -> Request<Reply<B>> {
        let mut request = self.request(Method::POST, uri, body);
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        request
    }

    fn request(&self, method: Method, uri: Uri, body: Bytes) -> Request<Reply<B>> {
        let mut request = Request::new(Reply::buffered(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(HOST, self.api.host.clone());
        request
    }
}

/// Whether this can stand in a path as it is (RFC 3986, 3.3).
fn is_segment(id: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(byte);
    !id.is_empty() && id.iter().all(is_part)
}

fn name_error<T>(error: &Error, request: &mut Request<T>) {
    let kind = HeaderValue::from_static(error.error_type());
    request.headers_mut().insert(ERROR_TYPE, kind);
}

/// Names the invocation, so that one that is over is not taken for the next.
fn echo<T>(context: &Context, request: &mut Request<T>) {
    if let Some(id) = context.headers().get(INVOCATION_ID) {
        request.headers_mut().insert(INVOCATION_ID, id.clone());
    }
}

#[cold]
fn unexpected(what: &str, status: StatusCode, text: &[u8]) -> Error {
    let text = String::from_utf8_lossy(text);
    let text: String = text.trim().chars().take(MAX_TOLD).collect();
    let separator = if text.is_empty() { "" } else { ": " };
    Error::runtime(format!(
        "the Runtime API answered {status} to {what}{separator}{text}"
    ))
}
