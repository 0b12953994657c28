//! What `run` does where there is no Lambda.

use std::env;
use std::fmt;
use std::io::{self, Write as _};
use std::pin::pin;
use std::thread;

use tokio::sync::{oneshot, watch};

use super::gateway::{Gateway, Kind};
use super::runtime_api::RuntimeApi;
use super::server::{Exchange, Server};
use crate::{Error, Options};

const ADDRESS: &str = "127.0.0.1:9000";

/// What a program asks of its local gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) address: Option<String>,
    pub(crate) gateway: Option<Gateway>,
}

/// A local gateway in front of this program, on a thread of its own, so that it answers while the
/// program is busy. It ends when this is dropped, but for its eye on Ctrl-C.
#[derive(Debug)]
pub(crate) struct Local {
    /// Where its Runtime API is.
    pub(crate) runtime_api: String,
    interrupted: watch::Receiver<bool>,
    _alive: oneshot::Sender<()>,
}

impl Local {
    /// Listens at the address in `LIFTGATE_ADDR`, or that of the options, as the gateway that
    /// `LIFTGATE_GATEWAY` names, or the options, or else one whose events the program accepts.
    pub(crate) async fn start(options: &Options) -> Result<Self, Error> {
        let settings = options.local();
        let address = variable("LIFTGATE_ADDR");
        let address = address.or_else(|| settings.address.clone());
        let address = address.unwrap_or_else(|| ADDRESS.to_owned());
        let gateway = gateway_of(options, variable("LIFTGATE_GATEWAY"))?;
        let (started, start) = oneshot::channel();
        let (interrupt, interrupted) = watch::channel(false);
        let (alive, gone) = oneshot::channel();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(serve(address, gateway, started, interrupt, gone)),
                Err(error) => {
                    let error = Error::runtime_from("cannot start the local gateway", error);
                    drop(started.send(Err(error)));
                }
            }
        };
        let thread = thread::Builder::new().name("liftgate-local".to_owned());
        let failed = |error| Error::runtime_from("cannot start a thread", error);
        thread.spawn(work).map_err(failed)?;
        let broken = |_| Err(Error::runtime("the local gateway broke"));
        let runtime_api = start.await.unwrap_or_else(broken)?;
        Ok(Local {
            runtime_api,
            interrupted,
            _alive: alive,
        })
    }

    /// Waits for Ctrl-C.
    pub(crate) fn interrupted(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut interrupted = self.interrupted.clone();
        async move {
            if interrupted.wait_for(|is_it| *is_it).await.is_err() {
                std::future::pending().await
            }
        }
    }
}

async fn serve(
    address: String,
    gateway: Gateway,
    started: oneshot::Sender<Result<String, Error>>,
    interrupt: watch::Sender<bool>,
    gone: oneshot::Receiver<()>,
) {
    let kind = gateway.kind();
    let is_streaming = gateway.is_streaming();
    let listening = async {
        let failed = |error| Error::runtime_from("cannot start the local Runtime API", error);
        let function = RuntimeApi::bind().await.map_err(failed)?;
        let runtime_api = function.address().to_string();
        let failed = |error: io::Error| {
            let what = match error.kind() {
                io::ErrorKind::Unsupported => "cannot start the local gateway".to_owned(),
                io::ErrorKind::InvalidInput => {
                    let address = address.escape_debug();
                    format!("cannot listen on `{address}`, which is not host:port")
                }
                _ => format!("cannot listen on {address} (LIFTGATE_ADDR sets another host:port)"),
            };
            Error::runtime_from(&what, error)
        };
        let server = Server::bind(&address, gateway, function).await;
        Ok((server.map_err(failed)?.on_exchange(report), runtime_api))
    };
    let (server, runtime_api) = match listening.await {
        Ok(listening) => listening,
        Err(error) => return drop(started.send(Err(error))),
    };
    let mode = if is_streaming { ", streaming" } else { "" };
    let url = server.url();
    say(format_args!(
        "liftgate: {url} is your app behind a local {}{mode}; Ctrl-C ends it",
        kind.title()
    ));
    if started.send(Ok(runtime_api)).is_err() {
        return;
    }
    let mut interruption = pin!(interruption(&interrupt));
    tokio::select! {
        _ = server.serve() => {}
        _ = gone => {}
        () = &mut interruption => {}
    }
    // The program may take long to end, or never do, and Ctrl-C has no other effect any more.
    interrupt.send_replace(true);
    interruption.await;
}

/// Passes Ctrl-C on, so that the program can end. It does not return: the second Ctrl-C ends a
/// program that does not.
async fn interruption(interrupt: &watch::Sender<bool>) {
    // Where there are no signals, there is no Ctrl-C.
    while tokio::signal::ctrl_c().await.is_ok() {
        if interrupt.send_replace(true) {
            std::process::exit(130);
        }
    }
    std::future::pending().await
}

/// The gateway to be.
fn gateway_of(options: &Options, named: Option<String>) -> Result<Gateway, Error> {
    let set = options.local().gateway.clone();
    let named = match named {
        Some(name) => {
            let failed = |error| Error::runtime_from("LIFTGATE_GATEWAY", error);
            Some(name.parse::<Kind>().map_err(failed)?)
        }
        None => None,
    };
    match (named, set) {
        (None, Some(gateway)) => Ok(gateway),
        (Some(kind), Some(gateway)) if gateway.kind() == kind => Ok(gateway),
        (named, _) => {
            let kind = named.unwrap_or_else(|| accepted(options));
            Ok(Gateway::new(kind).streaming(options.streams()))
        }
    }
}

/// A gateway whose events the program accepts: an HTTP API if that is one, and if it streams, a
/// function URL.
fn accepted(options: &Options) -> Kind {
    let favourite = match options.streams() {
        true => Kind::FunctionUrl,
        false => Kind::HttpApi,
    };
    let only = options.only_source().and_then(Kind::of);
    let mut kinds = options
        .table()
        .iter()
        .filter_map(|source| Kind::of(*source));
    let is_accepted = kinds.clone().any(|kind| kind == favourite);
    match only {
        Some(kind) => kind,
        None if is_accepted => favourite,
        None => kinds.next().unwrap_or(favourite),
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Tells what the client is not told.
fn report(exchange: &Exchange) {
    let (method, uri) = (&exchange.method, &exchange.uri);
    for warning in &exchange.warnings {
        say(format_args!("liftgate: {method} {uri}: {warning}"));
    }
    if let Some(failure) = &exchange.failure {
        say(format_args!("liftgate: {method} {uri}: {failure}"));
    }
}

fn say(line: fmt::Arguments<'_>) {
    // Where the output is closed, there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Alb, FunctionUrl, HttpApi};

    #[test]
    fn it_is_a_gateway_that_the_program_accepts() {
        let kind = |options: Options| gateway_of(&options, None).unwrap().kind();
        assert_eq!(kind(Options::new()), Kind::HttpApi);
        assert_eq!(kind(Options::new().source(&Alb)), Kind::Alb);
        assert_eq!(
            kind(Options::new().sources(&[&FunctionUrl, &Alb])),
            Kind::FunctionUrl
        );
        assert_eq!(
            kind(Options::new().sources(&[&Alb, &HttpApi])),
            Kind::HttpApi
        );
        assert_eq!(kind(Options::new().sources(&[])), Kind::HttpApi);
        assert_eq!(kind(Options::new().streaming(true)), Kind::FunctionUrl);
    }

    #[test]
    fn the_environment_has_the_last_word() {
        let options = Options::new().local_gateway(Gateway::new(Kind::RestApi).stage("prod"));
        let named = |name: &str| gateway_of(&options, Some(name.to_owned()));
        assert_eq!(named("alb").unwrap().kind(), Kind::Alb);
        let rest = format!("{:?}", named("rest").unwrap());
        assert!(
            rest.contains("prod"),
            "what the program set up is kept: {rest}"
        );
        let error = named("nlb").unwrap_err().to_string();
        assert!(
            error.contains("LIFTGATE_GATEWAY") && error.contains("alb-multi"),
            "{error}"
        );
    }
}
