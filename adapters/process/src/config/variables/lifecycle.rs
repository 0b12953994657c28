//! What happens around invocations: connections, snapshots, deadlines, the app's end.

use super::super::OnExit;
use super::super::paths::hook;
use super::super::values::{
    NONE, Refused, choice, millis, number, of_seconds, runtime_api, seconds, show, show_millis,
    show_seconds,
};
use super::{Variable, guide};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "AWS_LWA_LAMBDA_RUNTIME_API_PROXY",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "`host:port`, or an `http` URL, with or without a path",
        meaning: "The Runtime API of an extension that stands before Lambda's own.",
        source: guide!("features/request-interception"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.runtime_api = Some(runtime_api(given.value)?);
            Ok(())
        },
        show: |config| show(config.runtime_api.as_ref()),
    },
    Variable {
        name: "AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS",
        also: &[],
        deprecated: &[],
        default: "`4`",
        accepted: "a number of seconds, like `4` or `0.5`, not below 0",
        meaning: "How long an unused connection to the app is kept, in seconds, unless the app says less \
                  (`Keep-Alive: timeout`). 0 keeps none.",
        source: guide!("configuration/environment-variables"),
        is_set_empty: false,
        read: |draft, given| {
            let seconds = Some(seconds(given.value)?).filter(|seconds| *seconds >= 0.0);
            draft.config.idle_timeout = of_seconds(seconds.ok_or(Refused::Value)?);
            Ok(())
        },
        show: |config| show_seconds(config.idle_timeout),
    },
    Variable {
        name: "AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "a path begins with a slash, and has no scheme and host",
        meaning: "The app's path that gets an empty `POST` before a snapshot is taken. No client \
                  reaches it.",
        source: guide!("features/snapstart"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.before_snapshot = Some(hook(given.value)?);
            Ok(())
        },
        show: |config| show(config.before_snapshot.as_ref()),
    },
    Variable {
        name: "AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "a path begins with a slash, and has no scheme and host",
        meaning: "The app's path that gets an empty `POST` when a snapshot was restored. No client \
                  reaches it.",
        source: guide!("features/snapstart"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.after_restore = Some(hook(given.value)?);
            Ok(())
        },
        show: |config| show(config.after_restore.as_ref()),
    },
    Variable {
        name: "LIFTGATE_DEADLINE_MARGIN_MS",
        also: &[],
        deprecated: &[],
        default: "`250`",
        accepted: "a number of milliseconds",
        meaning: "How long before the deadline of the invocation the client gets a 504, in \
                  milliseconds. 0 leaves it to Lambda's timeout.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            let margin = millis(given.value)?;
            draft.config.deadline_margin = Some(margin).filter(|margin| !margin.is_zero());
            Ok(())
        },
        show: |config| show_millis(config.deadline_margin),
    },
    Variable {
        name: "LIFTGATE_ON_EXIT",
        also: &[],
        deprecated: &[],
        default: "`restart`",
        accepted: "`restart` or `end`",
        meaning: "What happens when the app exits: it is started again, or the environment ends.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            draft.ends = choice(given.value, ["restart", "end"])?;
            Ok(())
        },
        show: |config| match config.on_exit {
            OnExit::Restart { .. } => "restart".to_owned(),
            OnExit::End => "end".to_owned(),
        },
    },
    Variable {
        name: "LIFTGATE_RESTART_LIMIT",
        also: &[],
        deprecated: &[],
        default: "`5`",
        accepted: "a number",
        meaning: "How many times in a row the app is started again. 0 is no limit.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            draft.restart_limit = Some(number(given.value).ok_or(Refused::Value)?);
            Ok(())
        },
        show: |config| match config.on_exit {
            OnExit::Restart { limit } => limit.to_string(),
            OnExit::End => NONE.to_owned(),
        },
    },
    Variable {
        name: "LIFTGATE_SHUTDOWN_TIMEOUT_MS",
        also: &[],
        deprecated: &[],
        default: "as it runs: 250, in `/opt/extensions` 1450, off Lambda 5000",
        accepted: "a number of milliseconds",
        meaning: "How long requests under way and then the app have to end when the environment does, in \
                  milliseconds: the requests half of it at most, and the app the rest, but for 50; \
                  then it is killed. Lambda [gives](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-extensions-shutdown) \
                  a runtime 300, or 500 if it has registered an extension of its own, which this \
                  does, and an extension in `/opt/extensions` what is left of 2000.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            draft.config.shutdown_timeout = Some(millis(given.value)?);
            Ok(())
        },
        show: |config| match config.shutdown_timeout {
            None => "as it runs".to_owned(),
            timeout => show_millis(timeout),
        },
    },
];
