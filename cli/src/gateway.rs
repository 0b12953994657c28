//! The gateway that a command stands for, as its options describe it.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgGroup;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use liftgate::local::{Gateway, Kind};

/// How a gateway is set up, whichever it is: what a kind of gateway has not is passed over.
///
/// All but the base path are in the group `gateway`.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    next_help_heading = "Gateway",
    group = ArgGroup::new("gateway").multiple(true),
)]
pub struct GatewayArgs {
    /// The API's stage: the first segment of its paths, but for $default, or with --base-path
    #[arg(long, value_name = "NAME", group = "gateway")]
    stage: Option<String>,
    /// A variable of the stage; can be repeated
    #[arg(long = "stage-variable", value_name = "NAME=VALUE", value_parser = variable)]
    #[arg(group = "gateway")]
    stage_variables: Vec<(String, String)>,
    /// The path under which the API is mapped to a custom domain
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
    /// A media type that a REST API takes for binary, image/png or */*; can be repeated
    #[arg(long = "binary-media-type", value_name = "TYPE", group = "gateway")]
    binary_media_types: Vec<String>,
    /// What an authorizer found out, in JSON: the events' requestContext.authorizer
    #[arg(long, value_name = "FILE", group = "gateway")]
    authorizer: Option<PathBuf>,
    /// The client's address
    #[arg(long, value_name = "ADDRESS", group = "gateway")]
    client_ip: Option<IpAddr>,
    /// Responses are streamed, by a function URL or a REST API: the program has to stream them too
    #[arg(long, group = "gateway")]
    streaming: bool,
    /// How long the gateway waits for a reply, in seconds; by default, as long as the real one
    #[arg(long, value_name = "SECONDS", value_parser = seconds, group = "gateway")]
    timeout: Option<Duration>,
    /// What a WebSocket API finds a message's route by [default: $request.body.action]
    #[arg(long, value_name = "EXPRESSION", group = "gateway")]
    route_selection_expression: Option<String>,
    /// A route of a WebSocket API, $default too; messages for others go there; can be repeated
    #[arg(long = "route", value_name = "KEY", group = "gateway")]
    routes: Vec<String>,
    /// The routes of a WebSocket API send what the program answers
    #[arg(long, group = "gateway")]
    route_response: bool,
}

impl GatewayArgs {
    /// The gateway of this kind.
    ///
    /// # Errors
    ///
    /// If the authorizer's file cannot be read, or is no JSON.
    pub fn gateway(&self, kind: Kind) -> Result<Gateway, String> {
        let mut gateway = Gateway::new(kind)
            .binary_media_types(self.binary_media_types.iter().cloned())
            .routes(self.routes.iter().cloned())
            .route_response(self.route_response)
            .streaming(self.streaming);
        if let Some(stage) = &self.stage {
            gateway = gateway.stage(stage);
        }
        for (name, value) in &self.stage_variables {
            gateway = gateway.stage_variable(name, value);
        }
        if let Some(path) = &self.base_path {
            gateway = gateway.base_path(path);
        }
        if let Some(file) = &self.authorizer {
            let name = file.display();
            let json =
                fs::read(file).map_err(|error| format!("{name}: cannot be read: {error}"))?;
            let with = gateway.authorizer(&json);
            gateway = with.map_err(|error| format!("{name}: not JSON: {error}"))?;
        }
        if let Some(timeout) = self.timeout {
            gateway = gateway.timeout(timeout);
        }
        if let Some(expression) = &self.route_selection_expression {
            gateway = gateway.route_selection_expression(expression);
        }
        Ok(gateway)
    }

    /// The client's address, if it is to be another than it is.
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_ip
    }

    /// The path under which the API is mapped to a custom domain.
    pub fn base_path(&self) -> Option<&str> {
        self.base_path.as_deref()
    }
}

/// Parses the name of a gateway; the help lists them.
pub fn kind() -> impl TypedValueParser<Value = Kind> {
    let names = Kind::ALL.map(|kind| PossibleValue::new(kind.name()).help(kind.title()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Kind>())
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a variable is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Parses a time.
pub(crate) fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or("a time is a number of seconds")
}
