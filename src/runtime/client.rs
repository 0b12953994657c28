use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::body::Gather;
use crate::source::wire::escape;
use crate::{Body, Context, Error, Invocation};

const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");

/// How often in a row the Runtime API may fail before the runtime gives up: some 10 seconds.
const MAX_FAILURES: u32 = 10;

/// How much of an error is told, in characters: what it quotes may have any length.
const MAX_MESSAGE: usize = 8192;

/// The Runtime API, over one connection that is kept.
pub(super) struct Client {
    authority: String,
    prefix: String,
    host: HeaderValue,
    connection: Option<SendRequest<Body>>,
}

impl Client {
    /// A client for `host:port`, or for a URL with a path.
    pub(super) fn new(address: &str) -> Result<Self, Error> {
        let bare = address.trim().trim_end_matches('/');
        let bare = bare.strip_prefix("http://").unwrap_or(bare);
        let (authority, path) = match bare.find('/') {
            Some(slash) => bare.split_at(slash),
            None => (bare, ""),
        };
        let host = authority.parse::<Authority>().ok().filter(|parsed| {
            let has_odd_port = parsed.host() != authority && parsed.port_u16().is_none();
            !parsed.host().is_empty() && !authority.contains('@') && !has_odd_port
        });
        let host = host.ok_or_else(|| {
            let address = address.escape_debug();
            Error::runtime(format!(
                "AWS_LAMBDA_RUNTIME_API is `{address}`, not host:port"
            ))
        })?;
        let port = host.port_u16().unwrap_or(80);
        Ok(Client {
            authority: format!("{}:{port}", host.host()),
            prefix: format!("{path}/2018-06-01/runtime/invocation/"),
            host: HeaderValue::from_str(authority)
                .map_err(|error| Error::runtime_from("AWS_LAMBDA_RUNTIME_API", error))?,
            connection: None,
        })
    }

    /// Waits for the next invocation, without limit.
    ///
    /// A Runtime API that fails is asked again, ever more slowly, and given up in the end.
    pub(super) async fn next(&mut self) -> Result<Invocation, Error> {
        let mut failures = 0;
        loop {
            match self.try_next().await {
                Ok(invocation) => return Ok(invocation),
                Err(error) => {
                    failures += 1;
                    if failures == MAX_FAILURES {
                        return Err(error);
                    }
                    log(format_args!("{error}; trying again"));
                    self.connection = None;
                    sleep(Duration::from_millis(10 << failures)).await;
                }
            }
        }
    }

    async fn try_next(&mut self) -> Result<Invocation, Error> {
        let request = self.request(Method::GET, "next", Body::empty())?;
        let response = self.send(request).await?;
        let (parts, body) = response.into_parts();
        let event = read(body).await?;
        if parts.status != StatusCode::OK {
            let text = String::from_utf8_lossy(&event);
            let message = format!(
                "the Runtime API answered {} to next: {}",
                parts.status,
                text.trim()
            );
            return Err(Error::runtime(message));
        }
        let id = parts.headers.get(REQUEST_ID).map(HeaderValue::as_bytes);
        let is_segment = |byte: &u8| byte.is_ascii_graphic() && !b"/?#%".contains(byte);
        if !id.is_some_and(|id| !id.is_empty() && id.iter().all(is_segment)) {
            let message = "the Runtime API sent an invocation without a proper request id";
            return Err(Error::runtime(message));
        }
        Ok(Invocation::new(event, Context::from(parts.headers)))
    }

    /// Answers an invocation.
    pub(super) async fn respond(&mut self, context: &Context, reply: Bytes) -> Result<(), Error> {
        let len = reply.len();
        let status = self
            .post(context, "response", HeaderMap::new(), reply)
            .await?;
        if status == Some(StatusCode::PAYLOAD_TOO_LARGE) {
            let message = format!("the reply has {len} bytes, more than Lambda takes");
            let error = Error::invalid_response(message);
            return self.fail(context, &error).await;
        }
        Ok(())
    }

    /// Reports an invocation as failed, to Lambda and to the log.
    pub(super) async fn fail(&mut self, context: &Context, error: &Error) -> Result<(), Error> {
        let kind = error.error_type();
        let id = context.request_id();
        let mut message = error.to_string();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
            message.truncate(end);
            message.push_str(" [...]");
        }
        log(format_args!("{id} {kind}: {message}"));
        let mut body = b"{\"errorMessage\":\"".to_vec();
        escape(message.as_bytes(), &mut body);
        body.extend_from_slice(b"\",\"errorType\":\"");
        escape(kind.as_bytes(), &mut body);
        body.extend_from_slice(b"\",\"stackTrace\":[]}");
        let mut headers = HeaderMap::new();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(kind));
        self.post(context, "error", headers, body.into())
            .await
            .map(drop)
    }

    /// Posts to `response` or `error`. `None` where it is not known what became of it: the
    /// invocation is over for us all the same.
    async fn post(
        &mut self,
        context: &Context,
        what: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Option<StatusCode>, Error> {
        let id = context.request_id();
        let mut request = self.request(Method::POST, &format!("{id}/{what}"), body.into())?;
        request.headers_mut().extend(headers);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        if let Some(invocation) = context.headers().get(INVOCATION_ID) {
            request
                .headers_mut()
                .insert(INVOCATION_ID, invocation.clone());
        }
        let is_kept = self.connection.is_some();
        let mut sent = self.exchange(request.clone()).await;
        if is_kept && sent.is_err() {
            // A connection may close while it waits, and most of all while the environment is
            // frozen. An answer that came through after all is refused the second time.
            self.connection = None;
            sent = self.exchange(request).await;
        }
        match sent {
            Ok((status, _)) if status.is_success() => Ok(Some(status)),
            Ok((status, text)) => {
                let text = String::from_utf8_lossy(&text);
                let message = format!(
                    "{id}: the Runtime API answered {status} to {what}: {}",
                    text.trim()
                );
                // By its contract, the environment cannot recover from this.
                if status.is_server_error() {
                    return Err(Error::runtime(message));
                }
                log(format_args!("{message}"));
                Ok(Some(status))
            }
            Err(error) => {
                log(format_args!("{id}: {what} was not taken: {error}"));
                self.connection = None;
                Ok(None)
            }
        }
    }

    async fn exchange(&mut self, request: Request<Body>) -> Result<(StatusCode, Bytes), Error> {
        let (parts, body) = self.send(request).await?.into_parts();
        // The status is the answer; what follows it is for the log.
        let text = read(body).await.unwrap_or_else(|_| {
            self.connection = None;
            Bytes::new()
        });
        Ok((parts.status, text))
    }

    fn request(&self, method: Method, path: &str, body: Body) -> Result<Request<Body>, Error> {
        let uri = Uri::try_from(format!("{}{path}", self.prefix));
        let uri = uri.map_err(|error| Error::runtime_from("the Runtime API's path", error))?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(HOST, self.host.clone());
        Ok(request)
    }

    /// Sends a request, over a new connection if the kept one is closed.
    async fn send(&mut self, mut request: Request<Body>) -> Result<Response<Incoming>, Error> {
        loop {
            let (mut connection, is_new) = match self.connection.take() {
                Some(connection) => (connection, false),
                None => (self.connect().await?, true),
            };
            let sent = match connection.ready().await {
                Ok(()) => connection.try_send_request(request).await,
                Err(_) if !is_new => continue,
                Err(error) => return Err(Error::runtime_from("the Runtime API", error)),
            };
            match sent {
                Ok(response) => {
                    self.connection = Some(connection);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    // It was not sent: the connection had been closed meanwhile.
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(Error::runtime_from("the Runtime API", error.into_error())),
                },
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Body>, Error> {
        let failed = |error| {
            Error::runtime_from(
                &format!("connecting to the Runtime API at {}", self.authority),
                error,
            )
        };
        let stream = TcpStream::connect(&self.authority).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Error::runtime_from("the Runtime API", error))?;
        // What goes wrong on the connection is told to whoever waits for a response.
        drop(tokio::spawn(connection));
        Ok(sender)
    }
}

async fn read(mut body: Incoming) -> Result<Bytes, Error> {
    let mut gathered = Gather::default();
    loop {
        let frame = std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx)).await;
        match frame {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    gathered.push(data, || body.size_hint().lower());
                }
            }
            Some(Err(error)) => return Err(Error::runtime_from("the Runtime API", error)),
            None => return Ok(gathered.into_bytes()),
        }
    }
}

/// A line on standard error, which is the function's log.
fn log(line: std::fmt::Arguments<'_>) {
    // Where the log is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
