//! The app of the program, which tells how to run it.

mod books;
mod database;
mod error;

use std::time::Duration;

use liftgate::Runtime;

pub use books::app;
pub use database::Database;

/// Serves the app, and has its database ready whatever becomes of the environment.
///
/// # Errors
///
/// Those of [`Runtime::run_init`]: Lambda is told why the database cannot be reached at the start,
/// and starts another environment.
///
/// # Examples
///
/// ```no_run
/// use example_database::{Database, serve};
/// use liftgate::Runtime;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), liftgate::Error> {
///     serve(Runtime::new(), Database::new("sqlite:books.db?mode=rwc")).await
/// }
/// ```
pub async fn serve(runtime: Runtime, database: Database) -> Result<(), liftgate::Error> {
    let answered = database.clone();
    let (snapshot, restored, last) = (database.clone(), database.clone(), database.clone());
    runtime
        .respond_before_deadline(Duration::from_millis(200))
        .after_invocation(move || {
            let database = answered.clone();
            async move { database.settle().await }
        })
        .before_snapshot(move || async move { snapshot.close().await })
        .after_restore(move || async move { restored.open() })
        .on_shutdown(move || async move { last.close().await })
        .run_init(async move {
            database.open()?;
            database.migrate().await?;
            Ok::<_, sqlx::Error>(app(database))
        })
        .await
}
