//! Requests to the app, and its answers.

mod answer;
mod body;
#[cfg(feature = "compression")]
mod compress;
mod connection;
mod context;
mod exchange;
mod guard;
mod pool;
mod record;
mod request;
mod stream;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Response, Uri, request::Parts};
use hyper::body::Incoming;
use liftgate::source::PassThrough;
use liftgate::{Event, source::Source as _};
use tower_service::Service;

pub use self::body::Body;
pub(crate) use self::connection::Connection;
use self::exchange::told;
use self::guard::Guard;
use self::pool::{Lease, Pool};
use self::record::Record;
pub(crate) use self::request::host;
use crate::app::{App, Life};
use crate::{Config, Error, EventSource};

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
                    record.failed();
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
            return Ok(Answer::Refused(answer::refusal()));
        }
        request::prepare(&mut head, &self.config, &self.host);
        context::tell(&mut head, &self.config.context_headers, &self.function);
        let (mut response, mut lease, life) =
            self.exchange(Request::from_parts(head, body)).await?;
        answer::check(&response)?;
        let status = response.status();
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
}

impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Forward");
        debug.field("address", &self.shared.config.address);
        debug.finish_non_exhaustive()
    }
}
