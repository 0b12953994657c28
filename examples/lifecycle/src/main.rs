//! All that a function can do besides answering: make its service, outlive a snapshot, go on
//! after the response, flush its telemetry, watch the deadline, and say goodbye.
//!
//! Run it with `cargo run -p example-lifecycle`, and ask the URL it prints for `/`. The hooks
//! are for Lambda, so here only the start and the work after the response are logged.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Router};
use liftgate::{Context, Error, Runtime};
use tokio::sync::Mutex;

/// What stands for a pool of database connections.
#[derive(Clone, Default)]
struct Pool(Arc<Mutex<Option<&'static str>>>);

impl Pool {
    async fn open(&self) -> io::Result<()> {
        tracing::info!("opening the pool");
        *self.0.lock().await = Some("a row");
        Ok(())
    }

    async fn close(&self) -> Result<(), Infallible> {
        tracing::info!("closing the pool");
        self.0.lock().await.take();
        Ok(())
    }
}

async fn row(State(pool): State<Pool>, Extension(context): Extension<Context>) -> String {
    // The client does not wait for this.
    context.after_response(async { tracing::info!("working after the response") });
    let row = pool.0.lock().await.unwrap_or("no connection");
    format!("{row} for {}\n", context.request_id())
}

async fn flush() {
    tracing::info!("flushing the telemetry");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    liftgate::init_tracing()?;
    let pool = Pool::default();
    let (snapshot, restored, last) = (pool.clone(), pool.clone(), pool.clone());
    Runtime::new()
        .before_snapshot(move || async move { snapshot.close().await })
        .after_restore(move || async move { restored.open().await })
        .on_shutdown(move || async move { last.close().await })
        .after_invocation(flush)
        .respond_before_deadline(Duration::from_millis(200))
        // An error here is reported to Lambda by its type and message.
        .run_init(async move {
            pool.open().await?;
            Ok::<_, io::Error>(Router::new().route("/", get(row)).with_state(pool))
        })
        .await
}
