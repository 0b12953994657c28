use std::fmt;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::{Mutex, PoisonError};

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::HttpServer;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response};
use liftgate::Runtime;

use crate::service;

/// Runs an app: on Lambda, and elsewhere behind a local gateway. Takes what
/// [`HttpServer::new`] takes, and is to [`liftgate::run_local`] what that is to a service.
///
/// There is an app for each invocation that is taken at a time. With one at a time it is made on
/// the thread of the caller; with several, on threads of liftgate's own.
///
/// # Errors
///
/// Those of [`liftgate::run_local`], as they are: [`io::Error::get_ref`] is a [`liftgate::Error`].
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, web};
///
/// #[actix_web::main]
/// async fn main() -> std::io::Result<()> {
///     liftgate_actix_web::run(|| App::new().route("/", web::get().to(async || "hello world"))).await
/// }
/// ```
pub async fn run<F, I, S, B>(factory: F) -> io::Result<()>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    // `HttpServer` does not ask for `Sync` either.
    let factory = Mutex::new(factory);
    let app = move || {
        let factory = factory.lock().unwrap_or_else(PoisonError::into_inner);
        let factory = factory.clone();
        service(factory())
    };
    let ended = Runtime::new().run_local(app).await;
    ended.map_err(io::Error::other)
}

/// Runs an app: on Lambda like [`run`], and elsewhere by actix's own [`HttpServer`] at an address.
///
/// # Errors
///
/// Those of [`run`], and those of [`HttpServer::bind`] and [`HttpServer::run`].
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, web};
///
/// #[actix_web::main]
/// async fn main() -> std::io::Result<()> {
///     let app = || App::new().route("/", web::get().to(async || "hello world"));
///     liftgate_actix_web::serve(app, "127.0.0.1:8080").await
/// }
/// ```
pub async fn serve<F, I, S, B>(factory: F, address: impl ToSocketAddrs) -> io::Result<()>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return run(factory).await;
    }
    HttpServer::new(factory).bind(address)?.run().await
}
