//! `liftgate convert`: events become requests, requests events, and replies responses, as they do
//! between a gateway and an app.

mod anything;
mod input;
mod message;
mod request;

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use clap::ArgGroup;
use http::{Method, Request, Response};
use liftgate::local::{Arrival, Gateway, Kind, Warning};
use liftgate::{Options, Stage};

use crate::capture;
use crate::gateway::{self, GatewayArgs};
use crate::output::look::Look;
use crate::output::{self, json};
use input::Input;

/// What `liftgate convert` is asked for.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXAMPLES,
    group = ArgGroup::new("way").args(["to", "response"]),
    group = ArgGroup::new("prints_json").args(["to", "json"]),
    // What a gateway is like says nothing of an event that is there already.
    mut_group("gateway", |group| group.requires("way")),
)]
pub struct Args {
    /// An event, or with --to a request: `GET /path HTTP/1.1`, headers, an empty line, the body.
    /// Without it, or with -, standard input
    #[arg(default_value = "-", hide_default_value = true)]
    #[arg(conflicts_with = "response")]
    file: PathBuf,
    /// Print the event that this gateway makes of a request
    #[arg(long, value_name = "GATEWAY", value_parser = gateway::kind())]
    to: Option<Kind>,
    /// Print the response that the client gets of the reply in this file
    #[arg(long, value_name = "FILE", requires = "from")]
    response: Option<PathBuf>,
    /// The gateway that gets the reply, by the name that --to has for it
    #[arg(long, value_name = "GATEWAY", value_parser = gateway::kind(), requires = "response")]
    #[arg(hide_possible_values = true)]
    from: Option<Kind>,
    /// The request that the reply answers; without it, GET /
    #[arg(long, value_name = "FILE", requires = "response")]
    request: Option<PathBuf>,
    /// Print the request as JSON, as examples/httpbin answers
    #[arg(long)]
    json: bool,
    /// Print JSON on one line
    #[arg(short, long, requires = "prints_json")]
    compact: bool,
    /// Leave the stage's name in the path, where an HTTP API puts it
    #[arg(long, conflicts_with = "way")]
    keep_stage: bool,
    /// Take events of other kinds too, as POST requests to this path
    #[arg(long, value_name = "PATH", conflicts_with = "way")]
    pass_through: Option<String>,
    #[command(flatten)]
    gateway: GatewayArgs,
}

const EXAMPLES: &str = "\
Examples:
  liftgate convert event.json                      the request that an app sees
  liftgate convert --json event.json               the same as JSON
  liftgate convert --to alb request.http           the event that a load balancer makes of it
  liftgate convert --to rest --stage prod --authorizer claims.json request.http
  liftgate convert --response reply.json --from rest
                                                   the response that the client gets
  liftgate convert event.json | liftgate convert --to function-url
                                                   the event of another gateway";

/// Converts, and prints what comes of it. The exit code is 0; 1 if nothing comes of it, or the
/// gateway refuses the reply.
pub fn run(args: &Args) -> ExitCode {
    let converted = match (args.to, &args.response, args.from) {
        (Some(kind), ..) => event(args, kind),
        (None, Some(reply), Some(kind)) => response(args, reply, kind),
        _ => request(args),
    };
    let (text, reason) = match converted {
        Ok(text) => (text, None),
        Err(failure) => (failure.answer, Some(failure.reason)),
    };
    let reason = reason.or(print(&text).err());
    if let Some(reason) = reason {
        output::error(&reason);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Why nothing comes of it.
struct Failure {
    reason: String,
    /// What the client gets all the same, by the gateway itself.
    answer: Vec<u8>,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        let answer = Vec::new();
        Failure { reason, answer }
    }
}

/// The request of an event.
fn request(args: &Args) -> Result<Vec<u8>, Failure> {
    let input = Input::read(&args.file)?;
    let request = capture::request(input.bytes.clone(), options(args));
    let request = request.map_err(|reason| match reason.split_once("; turn on Options::") {
        Some((looks, _)) => input.fault(format!("{looks}; --pass-through PATH takes it")),
        None => input.fault(reason),
    })?;
    let look = Look::of_stdout();
    match args.json {
        true => Ok(json(args, &anything::json(&request), look)),
        false => Ok(message::request(&request, look)),
    }
}

fn options(args: &Args) -> Options {
    let mut options = Options::new();
    if args.keep_stage {
        options = options.stage(Stage::Keep);
    }
    if let Some(path) = args.gateway.base_path() {
        options = options.base_path(path);
    }
    if let Some(path) = &args.pass_through {
        options = options.pass_through(path);
    }
    options
}

/// The event of a request.
fn event(args: &Args, kind: Kind) -> Result<Vec<u8>, Failure> {
    let gateway = args.gateway.gateway(kind)?;
    let input = Input::read(&args.file)?;
    let request = parse(args, &input)?;
    let event = gateway.render(&request).map_err(|failure| {
        let status = gateway.respond_to(&failure).status();
        input.fault(format!("the gateway answers {status}: {failure}"))
    })?;
    warn(&gateway.warnings(&request, &event, None));
    Ok(json(args, &event, Look::of_stdout()))
}

/// The response of a reply.
fn response(args: &Args, reply: &Path, kind: Kind) -> Result<Vec<u8>, Failure> {
    let gateway = args.gateway.gateway(kind)?;
    let reply = Input::read(reply)?;
    let request = match &args.request {
        Some(file) => parse(args, &Input::read(file)?)?,
        None => Request::default(),
    };
    let print = |response| {
        let response = framed(response, request.method());
        message::response(&response, Look::of_stdout())
    };
    let event = gateway.render(&request).unwrap_or_default();
    warn(&gateway.warnings(&request, &event, Some(&reply.bytes)));
    match answer(&gateway, &request, &reply.bytes) {
        Ok(response) => Ok(print(response)),
        Err(failure) => Err(Failure {
            reason: reply.fault(&failure),
            answer: print(gateway.respond_to(&failure)),
        }),
    }
}

/// What the gateway makes of a reply, which is a prelude and a body where it is a stream.
fn answer(
    gateway: &Gateway,
    request: &Request<Bytes>,
    reply: &Bytes,
) -> Result<Response<Bytes>, liftgate::local::Failure> {
    let mut windows = reply.windows(END_OF_PRELUDE.len());
    match windows.position(|window| window == END_OF_PRELUDE) {
        Some(end) if gateway.is_streaming() => {
            let body = reply.slice(end + END_OF_PRELUDE.len()..);
            let head = gateway.parse_prelude(&reply[..end])?;
            Ok(head.map(|()| body))
        }
        _ => gateway.parse(request, reply),
    }
}

/// What ends the prelude of a stream ([source]).
///
/// [source]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
const END_OF_PRELUDE: &[u8] = &[0; 8];

/// The response with the length of its body, which the client has to know.
fn framed(mut response: Response<Bytes>, method: &Method) -> Response<Bytes> {
    let status = response.status();
    let has_no_body = *method == Method::HEAD
        || status.is_informational()
        || matches!(status.as_u16(), 204 | 304);
    let len = response.body().len();
    let headers = response.headers_mut();
    if !has_no_body && !headers.contains_key("transfer-encoding") {
        headers.entry("content-length").or_insert(len.into());
    }
    response
}

/// The request in a file, as it comes to the gateway.
fn parse(args: &Args, input: &Input) -> Result<Request<Bytes>, String> {
    let client = args.gateway.client_ip();
    let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let arrival = Arrival::new((client, 0).into(), 443);
    request::parse(&input.bytes, arrival).map_err(|reason| input.fault(reason))
}

fn json(args: &Args, bytes: &[u8], look: Look) -> Vec<u8> {
    match args.compact {
        true => [bytes, b"\n"].concat(),
        false => json::pretty(bytes, look),
    }
}

fn print(text: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // Whoever reads may have read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Says what is lost on the way.
fn warn(warnings: &[Warning]) {
    for warning in warnings {
        output::warning(&warning.to_string());
    }
}
