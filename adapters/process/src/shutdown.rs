use std::time::Duration;

use crate::{Config, Mode};

/// Lambda [gives][shutdown] a runtime 300 ms, or 500 with an extension of its own, which it may fail to
/// register; and external extensions what is left of 2 seconds. Some of it is for killing the app where
/// the processor is slow. A laptop gives more.
///
/// [shutdown]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-extensions-shutdown
const OF_A_RUNTIME: Duration = Duration::from_millis(250);
const OF_AN_EXTENSION: Duration = Duration::from_millis(1450);
const OFF_LAMBDA: Duration = Duration::from_secs(5);

/// How long it may take to kill the app and all that it has started, and to tell of it.
const KILLING: Duration = Duration::from_millis(50);

/// How long what is under way and the app may take to end together.
pub(crate) fn timeout(config: &Config, mode: &Mode, is_lambda: bool) -> Duration {
    config.shutdown_timeout.unwrap_or(match mode {
        _ if !is_lambda => OFF_LAMBDA,
        Mode::Extension(_) => OF_AN_EXTENSION,
        _ => OF_A_RUNTIME,
    })
}

/// How much of that is the app's. An environment that ends has mostly nothing under way; where it has, and
/// less than this is left, the app is killed when nothing is.
pub(crate) fn of_app(timeout: Duration) -> Duration {
    timeout.saturating_sub(KILLING).max(timeout / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_in_the_time_that_lambda_gives() {
        // To kill the app, tell of it and exit.
        let spare = Duration::from_millis(50);
        let (whole, of_a_runtime) = (Duration::from_secs(2), Duration::from_millis(500));
        let config = Config::default();
        let extension = Mode::Extension("app".to_owned());
        let supervised = Mode::Supervise(vec!["app".into()]);
        for (mode, given) in [
            (supervised, Duration::from_millis(300)),
            (Mode::Beside, Duration::from_millis(300)),
            // The app goes before it, and may have an extension of its own.
            (extension, whole - of_a_runtime),
        ] {
            let limit = timeout(&config, &mode, true);
            assert!(limit + spare <= given, "{mode:?}: {limit:?}");
            assert!(of_app(limit) >= given / 2, "{mode:?}: {limit:?}");
        }
    }

    #[test]
    fn the_time_to_end_may_be_set() {
        let config = Config {
            shutdown_timeout: Some(Duration::from_millis(450)),
            ..Config::default()
        };
        for is_lambda in [true, false] {
            let limit = timeout(&config, &Mode::Beside, is_lambda);
            assert_eq!(limit, Duration::from_millis(450));
            assert_eq!(of_app(limit), Duration::from_millis(400));
        }
    }

    #[test]
    fn a_short_time_is_not_all_for_killing() {
        let of = |millis| of_app(Duration::from_millis(millis)).as_millis();
        assert_eq!([of(0), of(40), of(80), of(1000)], [0, 20, 40, 950]);
    }
}
