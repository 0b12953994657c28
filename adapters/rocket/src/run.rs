use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use liftgate::Runtime;
use rocket::{Build, Rocket};

use crate::{RocketService, service};

/// Runs a rocket on Lambda, or behind a local gateway: what stands instead of
/// [`launch`](Rocket::launch).
///
/// It ignites; its fairings see liftoff before the first invocation, and shutdown on `SIGTERM`, for
/// which an [extension](Runtime::on_shutdown) is registered.
///
/// # Errors
///
/// Those of [`liftgate::run`], and those of ignition, which Rocket logs, and which Lambda is told by
/// `/init/error`.
///
/// # Examples
///
/// ```no_run
/// #[rocket::get("/<name>")]
/// fn hello(name: &str) -> String {
///     format!("Hello, {name}!")
/// }
///
/// #[rocket::main]
/// async fn main() -> Result<(), liftgate::Error> {
///     let rocket = rocket::build().mount("/", rocket::routes![hello]);
///     liftgate_rocket::run(rocket).await
/// }
/// ```
pub async fn run(rocket: Rocket<Build>) -> Result<(), liftgate::Error> {
    run_on(Runtime::new(), rocket).await
}

/// [`run`], with a runtime's choices: streaming, hooks, deadlines.
///
/// # Errors
///
/// Those of [`run`].
///
/// # Examples
///
/// ```no_run
/// use liftgate::{Options, Runtime};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), liftgate::Error> {
///     let runtime = Runtime::new().options(Options::new().streaming(true));
///     liftgate_rocket::run_on(runtime, rocket::build()).await
/// }
/// ```
pub async fn run_on(runtime: Runtime, rocket: Rocket<Build>) -> Result<(), liftgate::Error> {
    let launched = Arc::new(OnceLock::<RocketService>::new());
    let ending = Arc::clone(&launched);
    let runtime = runtime.on_shutdown(|| async move {
        if let Some(service) = ending.get() {
            service.shutdown().await;
        }
        Ok::<_, Infallible>(())
    });
    let launch = async {
        let service = service(rocket).await.inspect_err(|error| {
            // The reason in full; the error itself says no more than its kind.
            error.pretty_print();
        })?;
        // It is made once.
        Ok::<_, rocket::Error>(launched.get_or_init(|| service).clone())
    };
    runtime.run_init(launch).await
}
