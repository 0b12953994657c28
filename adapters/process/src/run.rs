use std::future::ready;
use std::time::Duration;

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use liftgate::{Options, Runtime};
use rustix::process::{Signal, getpid, kill_process};
use tokio::time::timeout;

use crate::app::{App, Teller, wait_until_ready};
use crate::{Config, ConfigError, Error, Forward, Mode, Supervisor, shutdown};

/// How long the initialization may wait for the app, if it need not be ready then: Lambda gives it
/// 10 seconds.
const ASYNC_INIT: Duration = Duration::from_millis(9800);

/// Runs the app that an environment tells of, until the environment ends.
///
/// # Errors
///
/// Those of [`liftgate::run`]; and if the app dies and is not started again. The log has been told of
/// them.
///
/// # Examples
///
/// ```no_run
/// use liftgate_process::{Config, Mode, run};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), liftgate_process::Error> {
///     let command = std::env::args_os().skip(1).collect();
///     run(Config::from_env(), Mode::of(command)).await
/// }
/// ```
pub async fn run(config: Result<Config, ConfigError>, mode: Mode) -> Result<(), Error> {
    let config = match config {
        Ok(config) => config,
        Err(error) => return fail(Runtime::new(), error).await,
    };
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if !is_lambda() && config.runtime_api.is_none() && !cfg!(feature = "local") {
        let message = "this is not Lambda, since AWS_LAMBDA_RUNTIME_API is not set, and this program \
                       was built without the feature `local`, which serves the app here";
        tracing::error!("{message}");
        return Err(Error::new(message));
    }
    let started = match &mode {
        Mode::Supervise(command) => Supervisor::start(command.clone(), &config).map(Started::Child),
        _ => Ok(Started::Elsewhere(App::told())),
    };
    let runtime = of_config(&config, &mode);
    match started {
        Ok(started) => begin(runtime, config, started).await,
        Err(error) => fail(runtime, error).await,
    }
}

/// What has become of the app so far.
enum Started {
    Child(Supervisor),
    Elsewhere((Teller, App)),
}

fn is_lambda() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Tells Lambda, if there is one, why there is no app.
async fn fail<E>(runtime: Runtime, error: E) -> Result<(), Error>
where
    E: std::error::Error + Send + Sync + 'static,
{
    if !is_lambda() && !cfg!(feature = "local") {
        tracing::error!("{error:#}");
        return Err(Error::new(format!("{error:#}")));
    }
    let ended = runtime
        .run_init::<_, Forward, _, _>(ready(Err(error)))
        .await;
    ended.map_err(told)
}

/// An error of the runtime. That of a start has been told.
fn told(error: liftgate::Error) -> Error {
    if !error.is_init() {
        tracing::error!("{error}");
    }
    Error::new(error.to_string())
}

fn of_config(config: &Config, mode: &Mode) -> Runtime {
    let mut runtime = Runtime::new()
        .options(options(config))
        .shutdown_timeout(shutdown::timeout(config, mode, is_lambda()));
    if let (Mode::Extension(name), true) = (mode, is_lambda()) {
        runtime = runtime.extension(name);
    }
    if let Some(address) = &config.runtime_api {
        runtime = runtime.runtime_api(address);
    }
    if let Some(margin) = config.deadline_margin {
        runtime = runtime.respond_before_deadline(margin);
    }
    runtime
}

fn options(config: &Config) -> Options {
    let mut options = Options::new().streaming(config.streaming).on_error(answer);
    if let Some(path) = &config.base_path {
        options = options.base_path(path);
    }
    // The path is the event's own: `Forward` knows it.
    options.pass_through("/")
}

/// An answer that no gateway takes is one that the app has given: the client is told so, and the
/// log of how large it was.
fn answer(error: &liftgate::Error) -> Option<Response<liftgate::Body>> {
    if !error.is_invalid_response() {
        return None;
    }
    let mut response = Response::new(liftgate::Body::from("Bad Gateway\n"));
    *response.status_mut() = http::StatusCode::BAD_GATEWAY;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Some(response)
}

async fn begin(mut runtime: Runtime, config: Config, started: Started) -> Result<(), Error> {
    let app = match &started {
        Started::Child(supervisor) => supervisor.app(),
        Started::Elsewhere((_, app)) => app.clone(),
    };
    let forward = Forward::to(&config, app.clone());
    if let Started::Elsewhere((teller, _)) = &started {
        let (teller, readiness) = (teller.clone(), config.readiness.clone());
        tokio::spawn(async move {
            match wait_until_ready(&readiness).await {
                Ok(()) => teller.ready(),
                Err(error) => teller.over(&format!("{error:#}")),
            }
        });
    }
    runtime = around_snapshot(runtime, &config, &forward);
    if let Started::Child(supervisor) = &started {
        let (supervisor, closing) = (supervisor.clone(), forward.clone());
        let limit = shutdown::of_app(shutdown::timeout(&config, &Mode::Beside, is_lambda()));
        runtime = runtime.on_shutdown(move || async move {
            // Some wait for whoever is connected.
            closing.close();
            supervisor.stop(limit).await;
            Ok::<_, Error>(())
        });
    }
    let init = async {
        let ready = app.ready();
        if config.async_init {
            // The first invocation waits on.
            if let Ok(Err(error)) = timeout(ASYNC_INIT, ready).await {
                return Err(error);
            }
        } else {
            ready.await?;
        }
        tokio::spawn(end_with(app.clone()));
        Ok(forward)
    };
    let ended = runtime.run_init(init).await;
    if let Started::Child(supervisor) = &started {
        // No time is left, but for telling how it ended.
        supervisor.stop(Duration::ZERO).await;
    }
    ended.map_err(told)?;
    match app.is_over() {
        Some(reason) if !reason.is_empty() => Err(Error::new(&*reason)),
        _ => Ok(()),
    }
}

/// Ends the environment, as `SIGTERM` does, when the app is not started again: first what is under
/// way is answered, with the reason.
async fn end_with(app: App) {
    app.over().await;
    if let Err(error) = kill_process(getpid(), Signal::TERM) {
        tracing::error!("cannot end: {error}");
    }
}

fn around_snapshot(runtime: Runtime, config: &Config, forward: &Forward) -> Runtime {
    let (before, after) = (config.before_snapshot.clone(), config.after_restore.clone());
    let readiness = config.readiness.clone();
    let (closing, calling) = (forward.clone(), forward.clone());
    runtime
        .before_snapshot(move || async move {
            if let Some(path) = &before {
                closing.call_hook(path).await?;
            }
            closing.close();
            Ok::<_, Error>(())
        })
        .after_restore(move || async move {
            calling.close();
            if let Some(path) = &after {
                calling.call_hook(path).await?;
            }
            wait_until_ready(&readiness).await
        })
}
