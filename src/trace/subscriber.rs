//! The subscriber for who has none.

use std::env;
use std::io;

use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::Error;

/// Prints spans and events on standard error, which is the function's log, as Lambda's [logging
/// configuration][logging] says.
///
/// | variable | value | what is printed |
/// |---|---|---|
/// | `AWS_LAMBDA_LOG_FORMAT` | `JSON` | a JSON object for each event, with `timestamp`, `level`, `message`, and the `span` of its invocation |
/// | | anything else | a line for each event |
/// | `AWS_LAMBDA_LOG_LEVEL` | `TRACE` to `FATAL` | that level and those above it |
/// | `RUST_LOG`, without the former | `info,my_crate=debug` | a level for each target |
/// | neither | | `INFO` and above |
///
/// Any other subscriber will do as well: the crate needs none.
///
/// [logging]: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
///
/// # Errors
///
/// If the program has a subscriber already.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), liftgate::Error> {
///     liftgate::init_tracing()?;
///     liftgate::run(Router::new().route("/", get(|| async { "hello world" }))).await
/// }
/// ```
pub fn init_tracing() -> Result<(), Error> {
    let variable = |name| env::var(name).ok();
    let filter = match variable("AWS_LAMBDA_LOG_LEVEL") {
        Some(level) => of_level(&level),
        None => of_targets(&variable("RUST_LOG").unwrap_or_default()),
    };
    let is_json = variable("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format == "JSON");
    let dispatch = dispatch(is_json, filter, io::stderr);
    tracing::dispatcher::set_global_default(dispatch).map_err(|error| Error::init(error.into()))
}

/// A level that nobody knows is no reason to log nothing.
fn of_level(level: &str) -> Targets {
    let level = match level.trim() {
        fatal if fatal.eq_ignore_ascii_case("fatal") => LevelFilter::ERROR,
        level => level.parse().unwrap_or(LevelFilter::INFO),
    };
    Targets::new().with_default(level)
}

fn of_targets(targets: &str) -> Targets {
    match targets.trim().parse() {
        Ok(parsed) if !targets.trim().is_empty() => parsed,
        _ => Targets::new().with_default(LevelFilter::INFO),
    }
}

fn dispatch<W>(is_json: bool, filter: Targets, writer: W) -> Dispatch
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(writer);
    if is_json {
        let layer = layer.json().flatten_event(true).with_span_list(false);
        Dispatch::new(registry.with(layer))
    } else {
        Dispatch::new(registry.with(layer.with_ansi(false)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use http::HeaderMap;

    use super::*;
    use crate::{Context, trace};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(is_json: bool, filter: Targets) -> String {
        let log = Log::default();
        let writer = log.clone();
        let dispatch = dispatch(is_json, filter, move || writer.clone());
        tracing::dispatcher::with_default(&dispatch, || {
            let mut headers = HeaderMap::new();
            headers.insert("lambda-runtime-aws-request-id", "r-1".parse().unwrap());
            let span = trace::Span::of(&Context::from(headers), true);
            let covered = span.cover(async {
                tracing::error!("an error");
                tracing::info!(count = 7, "some information");
                tracing::debug!("a detail");
            });
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            runtime.block_on(covered);
        });
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_has_what_lambda_reads_and_the_invocation() {
        let log = logged(true, of_targets(""));
        let lines: Vec<serde_json::Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2, "{log}");
        assert_eq!(lines[0]["level"], "ERROR");
        assert_eq!(lines[1]["level"], "INFO");
        assert_eq!(lines[1]["message"], "some information");
        assert_eq!(lines[1]["count"], 7);
        assert_eq!(lines[1]["span"]["request_id"], "r-1");
        assert_eq!(lines[1]["span"]["cold_start"], true);
        let timestamp = lines[1]["timestamp"].as_str().unwrap();
        assert!(timestamp.ends_with('Z'), "{timestamp}");
    }

    #[test]
    fn text_has_no_colours() {
        let log = logged(false, of_targets(" "));
        assert_eq!(log.lines().count(), 2, "{log}");
        assert!(
            log.contains("INFO invocation{request_id=\"r-1\" cold_start=true}"),
            "{log}"
        );
        assert!(!log.contains('\u{1b}'));
    }

    #[test]
    fn the_level_is_lambdas_or_that_of_each_target() {
        let lines = |filter| logged(false, filter).lines().count();
        for (level, expected) in [
            ("FATAL", 1),
            ("error", 1),
            ("INFO", 2),
            ("Debug", 3),
            ("LOUD", 2),
        ] {
            assert_eq!(lines(of_level(level)), expected, "{level}");
        }
        for (targets, expected) in [("warn,liftgate=debug", 3), ("off", 0), ("liftgate=loud", 2)] {
            assert_eq!(lines(of_targets(targets)), expected, "{targets}");
        }
    }
}
