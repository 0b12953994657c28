//! Requests to the app, and its answers.

mod body;
#[cfg(feature = "compression")]
mod compress;
mod connection;
mod context;
mod guard;
mod pool;
mod record;
mod request;
mod stream;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, request::Parts};
use http_body::Body as _;
use hyper::body::Incoming;
use liftgate::source::PassThrough;
use liftgate::{Event, source::Source as _};
use tokio::time::timeout;
use tower_service::Service;

pub use self::body::Body;
pub(crate) use self::connection::Connection;
use self::guard::Guard;
use self::pool::{Lease, Pool};
use self::record::Record;
pub(crate) use self::request::host;
use crate::app::{App, Life};
use crate::{Config, Error, EventSource};

/// How much of an app's error is told of.
const MAX_TOLD: usize = 4096;

/// How long the app may take to say it.
const TELL_TIMEOUT: Duration = Duration::from_secs(2);

/// The app as a tower service: what comes is sent to it, and answered with what it answers.
///
/// Connections are kept. One that was closed meanwhile is not used; where that shows too late, and
/// nobody can have read the request, or the [method is idempotent][idempotent], it is sent once more.
/// An app that closes what is kept gets any other request over a new connection from then on.
///
/// [idempotent]: https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.2
///
/// # Errors
///
/// If the app cannot be reached, closes the connection before it answers or in the middle of its
/// answer, or answers with one of [`Config::error_statuses`]. If it is [supervised](App) and has
/// died, the error says of what.
///
/// # Examples
///
/// ```no_run
/// use liftgate_process::{Config, Forward};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let config = Config::from_env()?;
///     liftgate::run(Forward::new(&config)).await?;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Forward {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    app: App,
    pool: Pool,
    guard: Guard,
    host: HeaderValue,
    function: context::Function,
}

impl Forward {
    /// To an app that somebody else has started.
    pub fn new(config: &Config) -> Self {
        Forward::to(config, App::is_there())
    }

    /// To an app.
    pub fn to(config: &Config, app: App) -> Self {
        Forward {
            shared: Arc::new(Shared {
                app,
                pool: Pool::new(config.idle_timeout),
                guard: Guard::new(config),
                host: host(&config.address),
                function: context::Function::from_env(),
                config: config.clone(),
            }),
        }
    }

    /// Closes the connections that are kept: they do not outlive a snapshot.
    pub fn close(&self) {
        self.shared.pool.clear();
    }

    /// Calls a path of the app's that is there for its environment, with an empty `POST`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or one whose status is not 200 to 299.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(forward: liftgate_process::Forward) -> Result<(), liftgate_process::Error> {
    /// forward.call_hook(&"/snapstart/after".parse().unwrap()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_hook(&self, path: &http::uri::PathAndQuery) -> Result<(), Error> {
        let shared = &self.shared;
        let mut request = Request::new(liftgate::Body::empty());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from(path.clone());
        let host = shared.host.clone();
        request.headers_mut().insert(http::header::HOST, host);
        // Some servers take no POST without it.
        let length = HeaderValue::from_static("0");
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let (response, lease, _) = shared.exchange(request).await?;
        let status = response.status();
        if !status.is_success() {
            let text = told(response.into_body(), lease).await;
            let error = Error::status(status, &text);
            // Its query may be a secret.
            let path = path.path();
            return Err(Error::new(format!("POST {path}: {error}")));
        }
        Ok(())
    }
}

impl Service<Request<liftgate::Body>> for Forward {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<liftgate::Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let mut record = Record::begin();
            let (head, body) = request.into_parts();
            #[cfg(feature = "compression")]
            let wanted = compress::Wanted::of(&head, &shared.config);
            let answered = shared.answer(head, body, &mut record).await;
            let response = match answered {
                Ok(Answer::Refused(response)) => {
                    record.answered(response.status());
                    response.map(|bytes| Body::whole(bytes, record))
                }
                Ok(Answer::Of(response, lease, life)) => {
                    record.answered(response.status());
                    response.map(|body| Body::streamed(body, lease, life, record))
                }
                Err(error) => {
                    record.fail(&error);
                    return Err(error);
                }
            };
            #[cfg(feature = "compression")]
            if let Some(wanted) = wanted {
                return Ok(wanted.apply(response).await);
            }
            Ok(response)
        })
    }
}

enum Answer {
    Of(Response<Incoming>, Lease, Life),
    /// In the app's place.
    Refused(Response<Bytes>),
}

impl Shared {
    async fn answer(
        &self,
        mut head: Parts,
        body: liftgate::Body,
        record: &mut Record,
    ) -> Result<Answer, Error> {
        if !self.is_event(&mut head)? && self.guard.refuses(&head) {
            tracing::warn!("refused: only the function's environment may call this path");
            return Ok(Answer::Refused(refusal()));
        }
        request::prepare(&mut head, &self.config, &self.host);
        context::tell(&mut head, &self.config.context_headers, &self.function);
        let (mut response, mut lease, life) =
            self.exchange(Request::from_parts(head, body)).await?;
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS {
            let message = "the app answered 101 Switching Protocols, which no gateway passes on";
            return Err(Error::new(message));
        }
        if self.config.error_statuses.contains(status) {
            record.answered(status);
            let text = told(response.into_body(), lease).await;
            return Err(Error::status(status, &text));
        }
        lease.note(response.headers());
        request::remove_connection_headers(response.headers_mut());
        Ok(Answer::Of(response, lease, life))
    }

    /// Whether it is an event that is no request; then it goes to its path.
    fn is_event(&self, head: &mut Parts) -> Result<bool, Error> {
        let event = head.extensions.get::<Event>();
        let Some(event) = event.filter(|event| event.source().name() == PassThrough.name()) else {
            return Ok(false);
        };
        let source = EventSource::of(event);
        let Some(path) = self.config.events.of(source) else {
            let name = source.name();
            return Err(Error::new(format!(
                "there is no path for an event of {name}: set LIFTGATE_EVENT_PATHS={name}=/path, \
                 or AWS_LWA_PASS_THROUGH_PATH"
            )));
        };
        head.uri = Uri::from(path.clone());
        Ok(true)
    }

    /// Sends a request, once the app is ready, and waits for the head of its answer.
    async fn exchange(
        &self,
        request: Request<liftgate::Body>,
    ) -> Result<(Response<Incoming>, Lease, Life), Error> {
        let life = self.app.ready().await?;
        let is_idempotent = request.method().is_idempotent();
        // To send it again. The body is shared, and a head is small beside what follows.
        let copy = copy(&request);
        let kept = self.kept().await;
        // Who closes connections may do it while a request is on its way, and not tell whether it was
        // read.
        let kept = kept.filter(|_| is_idempotent || !self.pool.has_lost());
        let (mut lease, is_kept) = match kept {
            Some(lease) => (lease, true),
            None => (self.connect(&life).await?, false),
        };
        let failed = match lease.connection.send(request).await {
            Ok(response) => return Ok((response, lease, life)),
            Err(failed) => failed,
        };
        drop(lease);
        if is_kept {
            self.pool.lost();
        }
        // An app closes what was idle for long, and what came meanwhile it has not seen.
        let is_unseen = !failed.is_sent || (is_kept && failed.is_unread);
        // What a parser refused was an answer.
        if failed.error.is_parse() || !(is_unseen || is_idempotent) {
            return Err(life.explain(Error::no_answer(failed.error)).await);
        }
        let mut lease = self.connect(&life).await?;
        match lease.connection.send(copy).await {
            Ok(response) => Ok((response, lease, life)),
            Err(failed) => Err(life.explain(Error::no_answer(failed.error)).await),
        }
    }

    /// A connection that was kept and is open.
    async fn kept(&self) -> Option<Lease> {
        while let Some(mut lease) = self.pool.take() {
            if lease.connection.is_open() && lease.connection.is_ready().await {
                return Some(lease);
            }
            self.pool.lost();
        }
        None
    }

    async fn connect(&self, life: &Life) -> Result<Lease, Error> {
        let address = &self.config.address;
        match Connection::open(address).await {
            Ok(connection) => Ok(self.pool.lease(connection)),
            Err(error) => Err(life.explain(Error::connect(address, error)).await),
        }
    }
}

fn copy(request: &Request<liftgate::Body>) -> Request<liftgate::Body> {
    let mut copy = Request::new(request.body().clone());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// The beginning of an app's text about what went wrong.
async fn told(mut body: Incoming, mut lease: Lease) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < MAX_TOLD {
        let frame = std::future::poll_fn(|cx| {
            lease.connection.drive(cx);
            Pin::new(&mut body).poll_frame(cx)
        });
        match timeout(TELL_TIMEOUT, frame).await {
            Ok(Some(Ok(frame))) => {
                text.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data))
            }
            Ok(None) => {
                lease.keep();
                break;
            }
            _ => break,
        }
    }
    text.truncate(MAX_TOLD);
    text
}

fn refusal() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"Forbidden\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Forward");
        debug.field("address", &self.shared.config.address);
        debug.finish_non_exhaustive()
    }
}
