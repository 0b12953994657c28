//! `liftgate dev`: a program behind a local gateway.

mod watch;

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use liftgate::local::{Exchange, Function, Kind, Server};

use crate::environments::{Limits, Pool, ProgramArgs};
use crate::gateway::{self, GatewayArgs, seconds};
use crate::output::{self, Printer};
use crate::recording::Recorder;
use crate::session;
use watch::Watch;

/// What `liftgate dev` is asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("client_ip", |arg| arg.hide(true)))]
pub struct Args {
    /// The gateway that is in front of the program
    #[arg(long = "gateway", value_name = "GATEWAY", value_parser = gateway::kind())]
    #[arg(default_value = "http")]
    kind: Kind,
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9000")]
    address: String,
    /// How many environments there may be at a time; what is more than they take is throttled
    #[arg(long, value_name = "NUMBER", default_value_t = ENVIRONMENTS)]
    environments: NonZeroUsize,
    /// How long an environment may have nothing to do, in seconds; the last one stays
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300")]
    idle: Duration,
    /// Replace the environments when files change: in this directory or, by --watch=PATH, in
    /// another, or a single file; can be repeated
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = ".")]
    watch: Vec<PathBuf>,
    /// Keep each event and its reply in a file of this directory, for `liftgate replay`
    #[arg(long, value_name = "DIRECTORY")]
    record: Option<PathBuf>,
    /// Print JSON, a line for whatever happens
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    program: ProgramArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// What new accounts have: less than the quota of 1,000, and raised by use ([source][quotas]).
///
/// [quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#compute-and-storage
const ENVIRONMENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9);

const EXAMPLES: &str = "\
Examples:
  liftgate dev -- target/debug/my-app              behind an HTTP API, on 127.0.0.1:9000
  liftgate dev --watch -- cargo run                started anew when a file changes
  liftgate dev --gateway rest --stage prod --environments 1 -- ./bootstrap
  liftgate dev --env TABLE=orders -- python3 -m awslambdaric app.handler
  liftgate dev --record events/ -- ./bootstrap     then: liftgate replay events/ -- ./bootstrap";

/// Serves until it is asked to end. The exit code is 0; 1 if it cannot serve.
pub fn run(args: &Args) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            output::error(&reason);
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &Args) -> Result<(), String> {
    if args.gateway.client_ip().is_some() {
        return Err("--client-ip is for events without a client".to_owned());
    }
    let program = args.program.program()?;
    let gateway = args.gateway.gateway(args.kind)?;
    let printer = Printer::stdout(args.json, args.environments.get() > 1);
    let recorder = args.record.as_deref();
    let recorder = recorder
        .map(|directory| Recorder::new(directory, args.kind))
        .transpose()?;
    let recorder = recorder.map(Arc::new);
    let watch = Watch::new(&args.watch, program.file(), args.record.as_deref())?;
    let limits = Limits {
        environments: args.environments.get(),
        idle: args.idle,
    };
    let pool = Pool::new(program.clone(), limits, Arc::new(printer));
    let serving = async {
        let function: Arc<dyn Function> = match &recorder {
            Some(recorder) => Arc::new(recorder.before(pool.clone())),
            None => Arc::new(pool.clone()),
        };
        let server = Server::bind(&args.address, gateway.clone(), function).await;
        let mut server = server.map_err(|error| cannot_listen(&args.address, &error))?;
        if let Some(timeout) = args.program.function_timeout() {
            server = server.function_timeout(timeout);
        }
        let url = server.url();
        printer.listening(&url, &gateway, &program);
        // On Lambda, the first request starts it. At a desk, it is good to know that it starts.
        pool.prepare().await;
        let report = move |exchange: &Exchange| {
            printer.exchange(exchange);
            if let Some(recorder) = &recorder {
                recorder.keep(exchange);
            }
        };
        tokio::select! {
            served = server.on_exchange(report).serve() => served.map_err(|error| error.to_string()),
            never = watch.changes(|paths| {
                printer.changed(paths);
                pool.replace()
            }) => match never {},
        }
    };
    session::run(&pool, serving)?.unwrap_or(Ok(()))
}

fn cannot_listen(address: &str, error: &io::Error) -> String {
    format!("cannot listen on {address}: {error}; --address sets another host:port")
}
