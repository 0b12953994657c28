//! `liftgate invoke`: one event for a program.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use liftgate::local::{Call, Failure, Function as _, FunctionReply, ReplyStream};
use serde::de::IgnoredAny;

use crate::environments::{Limits, Pool, ProgramArgs};
use crate::output::look::Look;
use crate::output::{self, Printer, json};
use crate::session;

/// What `liftgate invoke` is asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The event. Without it, or with -, standard input
    #[arg(default_value = "-", hide_default_value = true)]
    event: PathBuf,
    /// Print a reply that is streamed as it comes, prelude and all
    #[arg(long)]
    streaming: bool,
    #[command(flatten)]
    program: ProgramArgs,
}

const EXAMPLES: &str = "\
Examples:
  liftgate invoke event.json -- target/debug/my-app
  liftgate convert --to alb request.http | liftgate invoke -- ./bootstrap
  liftgate invoke --streaming event.json -- ./bootstrap";

/// What Lambda allows at most ([source][limits]).
///
/// [limits]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution
pub(crate) const LONGEST: Duration = Duration::from_secs(900);

/// Prints the reply. The exit code is 0; 1 if the function failed; 130 if it was interrupted.
pub fn run(args: &Args) -> ExitCode {
    match invoke(args) {
        Ok(Some(Ok(()))) => ExitCode::SUCCESS,
        Ok(None) => ExitCode::from(130),
        Ok(Some(Err(failure))) => {
            // As Lambda's own API does.
            let printed = print(failure.payload(), true);
            output::error(&failure.to_string());
            printed.unwrap_or_else(|error| output::error(&error));
            ExitCode::FAILURE
        }
        Err(reason) => {
            output::error(&reason);
            ExitCode::FAILURE
        }
    }
}

fn invoke(args: &Args) -> Result<Option<Result<(), Failure>>, String> {
    let program = args.program.program()?;
    let event = read(&args.event)?;
    let call = Call::new(event)
        .timeout(args.program.function_timeout().unwrap_or(LONGEST))
        .streaming(args.streaming);
    let pool = Pool::new(program, Limits::ONE, Arc::new(Printer::stderr()));
    let done = session::run(&pool, async {
        let answer = match pool.invoke(call).await {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(failure)),
        };
        match answer.reply {
            FunctionReply::Stream(stream) => print_stream(stream).await,
            FunctionReply::Prelude(prelude) => {
                output::note("the function streams; this is the prelude, --streaming has it all");
                print(&prelude, true).map(Ok)
            }
            FunctionReply::Whole(reply) => print(&reply, true).map(Ok),
            _ => Err("the function gave a reply of an unknown kind".to_owned()),
        }
    })?;
    done.transpose()
}

fn read(file: &Path) -> Result<Bytes, String> {
    let mut bytes = Vec::new();
    let read = match file.as_os_str() == "-" {
        true => io::stdin().lock().read_to_end(&mut bytes).map(drop),
        false => fs::read(file).map(|read| bytes = read),
    };
    let name = file.display();
    read.map_err(|error| format!("{name}: cannot be read: {error}"))?;
    match serde_json::from_slice::<IgnoredAny>(&bytes) {
        Ok(_) => Ok(bytes.into()),
        Err(error) => Err(format!("{name}: not JSON: {error}")),
    }
}

async fn print_stream(mut stream: ReplyStream) -> Result<Result<(), Failure>, String> {
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => print(&chunk, false)?,
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(()))
}

/// Prints what the function says; for people, on lines of its own.
fn print(bytes: &[u8], is_whole: bool) -> Result<(), String> {
    let look = Look::of_stdout();
    let is_pretty = is_whole && look.is_terminal();
    let text = match is_pretty && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        true => &*json::pretty(bytes, look),
        false => bytes,
    };
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // Whoever reads may have read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}
