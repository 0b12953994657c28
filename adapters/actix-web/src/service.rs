use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response};
use pin_project_lite::pin_project;

use crate::{Body, Error, request, response};

/// Makes a tower service of an [`App`](actix_web::App), for
/// [`Runtime::run_local`](liftgate::Runtime::run_local) or [`Lambda`](liftgate::Lambda).
///
/// # Errors
///
/// If the app cannot be made: by a `data_factory`, say.
///
/// # Examples
///
/// An app that streams:
///
/// ```no_run
/// use actix_web::{App, web};
/// use liftgate::{Options, Runtime};
/// use liftgate_actix_web::service;
///
/// #[actix_web::main]
/// async fn main() -> Result<(), liftgate::Error> {
///     let options = Options::new().streaming(true);
///     Runtime::new()
///         .options(options)
///         .run_local(|| service(App::new().route("/", web::get().to(async || "hello world"))))
///         .await
/// }
/// ```
pub fn service<I, S, B>(
    app: I,
) -> impl Future<Output = Result<ActixService<S::Service, B>, Error>> + 'static
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    let factory = app.into_factory();
    async move {
        let made = factory.new_service(AppConfig::default()).await;
        let service = made.map_err(|error| {
            // actix tells it to the log, and nobody else.
            Error::new(format!("the app cannot be made: {error:?}"))
        })?;
        Ok(ActixService {
            service,
            body: PhantomData,
        })
    }
}

/// An app of actix-web as a tower service.
///
/// # Examples
///
/// ```
/// use actix_web::{App, HttpResponse, web};
/// use http_body_util::BodyExt;
/// use tower_service::Service;
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new().route("/", web::get().to(async || HttpResponse::Ok().body("hello")));
/// let mut app = liftgate_actix_web::service(app).await?;
/// let request = http::Request::get("/").body(liftgate::Body::empty())?;
/// let response = app.call(request).await?;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.into_body().collect().await?.to_bytes(), "hello");
/// # Ok(())
/// # }
/// ```
pub struct ActixService<S, B> {
    service: S,
    body: PhantomData<fn() -> B>,
}

impl<S, B> tower_service::Service<http::Request<liftgate::Body>> for ActixService<S, B>
where
    S: Service<Request>,
    S::Error: Into<actix_web::Error>,
    S::Response: Into<Response<B>>,
    B: MessageBody,
{
    type Response = http::Response<Body<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let ready = self.service.poll_ready(cx);
        ready.map_err(|error| Error::new(error.into().to_string()))
    }

    fn call(&mut self, request: http::Request<liftgate::Body>) -> Self::Future {
        let is_head = request.method() == http::Method::HEAD;
        let state = match request::to_actix(request) {
            Ok(request) => State::Calling {
                future: self.service.call(request),
                is_head,
            },
            Err(what) => State::Refused { what },
        };
        ResponseFuture {
            state,
            body: PhantomData,
        }
    }
}

impl<S, B> fmt::Debug for ActixService<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActixService").finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of an [`ActixService`].
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F>,
        body: PhantomData<fn() -> B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Calling { #[pin] future: F, is_head: bool },
        Refused { what: &'static str },
    }
}

impl<F, R, E, B> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<R, E>>,
    R: Into<Response<B>>,
    E: Into<actix_web::Error>,
    B: MessageBody,
{
    type Output = Result<http::Response<Body<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().state.project() {
            StateProj::Calling { future, is_head } => match ready!(future.poll(cx)) {
                Ok(response) => response::of_app(response.into(), *is_head),
                Err(error) => response::of_error(&error.into(), *is_head),
            },
            StateProj::Refused { what } => Ok(response::refusal(what)),
        })
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
