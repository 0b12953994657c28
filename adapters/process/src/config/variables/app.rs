//! Where the app listens, and when it is ready.

use super::super::address::{literal, resolve, socket};
use super::super::paths::path;
use super::super::values::{
    NONE, Refused, choice, flag, number, of_seconds, port, seconds, show, show_flag, show_seconds,
};
use super::super::{Address, Config, Statuses};
use super::{Variable, guide};

const MIN_UNHEALTHY: &str = "AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS";

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "AWS_LWA_PORT",
        also: &["PORT"],
        deprecated: &[],
        default: "`8080`",
        accepted: "a port is 1 to 65535",
        meaning: "The port that the app listens on.",
        source: guide!("configuration/environment-variables"),
        is_set_empty: false,
        read: |draft, given| {
            draft.port = Some(port(given.value)?);
            Ok(())
        },
        show: |config| show_port(&config.address),
    },
    Variable {
        name: "AWS_LWA_HOST",
        also: &[],
        deprecated: &["HOST"],
        default: "`127.0.0.1, ::1`",
        accepted: "a host is an IP address or a name, without a port",
        meaning: "The host that the app listens on. A name is looked up at the start; `localhost` \
                  is what the default is, and `0.0.0.0` and `::` are reached by \
                  loopback. `HOST` counts if it is an IP address or `localhost`.",
        source: guide!("configuration/environment-variables"),
        is_set_empty: false,
        read: |draft, given| {
            let hosts = match given.name {
                "HOST" => literal(given.value).ok_or_else(|| {
                    Refused::Ignored("it is no IP address; AWS_LWA_HOST takes names".to_owned())
                })?,
                _ => resolve(given.value)?,
            };
            draft.hosts = Some(hosts);
            Ok(())
        },
        show: |config| match &config.address {
            Address::Unix(_) => NONE.to_owned(),
            Address::Tcp(addresses) => {
                let hosts: Vec<_> = addresses.iter().map(|one| one.ip().to_string()).collect();
                hosts.join(", ")
            }
        },
    },
    Variable {
        name: "LIFTGATE_SOCKET",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "a path of at most 107 bytes",
        meaning: "The Unix socket that the app listens on, instead of a port.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            draft.socket = Some(socket(given.value).ok_or(Refused::Value)?);
            Ok(())
        },
        show: |config| match &config.address {
            Address::Unix(path) => path.display().to_string(),
            Address::Tcp(_) => NONE.to_owned(),
        },
    },
    Variable {
        name: "AWS_LWA_READINESS_CHECK_PORT",
        also: &[],
        deprecated: &["READINESS_CHECK_PORT"],
        default: "that of the app",
        accepted: "a port is 1 to 65535",
        meaning: "The port where the app is asked whether it is ready.",
        source: guide!("configuration/readiness-check"),
        is_set_empty: false,
        read: |draft, given| {
            draft.check_port = Some(port(given.value)?);
            Ok(())
        },
        show: |config| show_port(&config.readiness.address),
    },
    Variable {
        name: "AWS_LWA_READINESS_CHECK_PROTOCOL",
        also: &[],
        deprecated: &["READINESS_CHECK_PROTOCOL"],
        default: "`tcp`",
        accepted: "`http` or `tcp`",
        meaning: "Whether the app has to answer a request to be ready (`http`), or just to take a \
                  connection (`tcp`). It is `http` too where the path or the statuses are set.",
        source: guide!("configuration/readiness-check"),
        is_set_empty: false,
        read: |draft, given| {
            draft.check_is_tcp = Some(choice(given.value, ["http", "tcp"])?);
            Ok(())
        },
        show: |config| match config.readiness.path {
            Some(_) => "http".to_owned(),
            None => "tcp".to_owned(),
        },
    },
    Variable {
        name: "AWS_LWA_READINESS_CHECK_PATH",
        also: &[],
        deprecated: &["READINESS_CHECK_PATH"],
        default: "over `http`, `/`",
        accepted: "a path begins with a slash, and has no scheme and host",
        meaning: "What the app is asked for.",
        source: guide!("configuration/readiness-check"),
        is_set_empty: false,
        read: |draft, given| {
            draft.check_path = Some(path(given.value)?);
            Ok(())
        },
        show: |config| show(config.readiness.path.as_ref()),
    },
    Variable {
        name: "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS",
        also: &[],
        deprecated: &[MIN_UNHEALTHY],
        default: "`100-499`",
        accepted: "statuses are like `200-399` or `200,204,301-399`, from 100 to 999",
        meaning: "The statuses of an app that is ready. The deprecated name takes the first status \
                  of one that is not.",
        source: guide!("configuration/readiness-check"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.readiness.healthy = match given.name {
                MIN_UNHEALTHY => {
                    let first = number(given.value).filter(|first| (101..=1000).contains(first));
                    let reason = "the first unhealthy status is 101 to 1000";
                    let first: u16 = first.ok_or_else(|| Refused::For(reason.to_owned()))?;
                    Statuses::range(100, first - 1)
                }
                _ => given.value.parse()?,
            };
            Ok(())
        },
        show: |config| config.readiness.healthy.to_string(),
    },
    Variable {
        name: "AWS_LWA_READINESS_CHECK_TIMEOUT_SECONDS",
        also: &[],
        deprecated: &[],
        default: "`0`",
        accepted: "a number of seconds, like `30` or `0.5`",
        meaning: "How long is waited for the app, in seconds, at the start and when a snapshot was \
                  restored; then that fails. 0 and less wait for ever.",
        source: guide!("configuration/environment-variables"),
        is_set_empty: false,
        read: |draft, given| {
            let seconds = Some(seconds(given.value)?).filter(|seconds| *seconds > 0.0);
            draft.config.readiness.timeout = seconds.map(of_seconds);
            Ok(())
        },
        show: |config| show_seconds(config.readiness.timeout.unwrap_or_default()),
    },
    Variable {
        name: "AWS_LWA_ASYNC_INIT",
        also: &[],
        deprecated: &["ASYNC_INIT"],
        default: "`false`",
        accepted: "`true`, `1`, `yes`, `on`, or `false`, `0`, `no`, `off`",
        meaning: "Ends the wait for the app before Lambda's time for the start does, and goes on \
                  with it in the first invocation. Ignored with SnapStart and provisioned \
                  concurrency.",
        source: guide!("configuration/async-init"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.async_init = flag(given.value)?;
            Ok(())
        },
        show: |config: &Config| show_flag(config.async_init),
    },
];

fn show_port(address: &Address) -> String {
    match address {
        Address::Unix(_) => NONE.to_owned(),
        Address::Tcp(addresses) => show(addresses.first().map(|address| address.port())),
    }
}
