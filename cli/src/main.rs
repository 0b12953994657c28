//! The program `liftgate`. `liftgate --help` tells what it does.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use liftgate_cli::{bench, convert, dev, gateways, invoke, replay};

/// Tools for apps that run behind AWS gateways.
#[derive(Debug, Parser)]
#[command(name = "liftgate", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a program behind a local gateway
    Dev(dev::Args),
    /// Sends a program one event, and prints its reply
    Invoke(invoke::Args),
    /// Sends a program the events that `dev --record` kept, and shows where its replies differ
    Replay(replay::Args),
    /// Shows the request of an event, the event of a request, or the response of a reply
    Convert(convert::Args),
    /// Shows what gateways change about requests and responses
    Gateways(gateways::Args),
    /// Measures how long events take to become requests, and responses replies
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Dev(args) => dev::run(&args),
        Command::Invoke(args) => invoke::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Gateways(args) => gateways::run(&args),
    }
}
