//! `liftgate replay`: what was recorded, sent again.

mod difference;
mod reply;
mod show;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use liftgate::local::{Call, Function, FunctionReply};

use crate::environments::{Limits, Pool, ProgramArgs};
use crate::invoke::LONGEST;
use crate::output::{self, Printer};
use crate::recording::Recording;
use crate::session;
use difference::{Difference, Ignored};
use show::Show;

/// What `liftgate replay` is asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A directory that `liftgate dev --record` has filled
    directory: PathBuf,
    /// A header that may differ, or by a JSON pointer any member of the reply, /body/id; can be
    /// repeated
    #[arg(long = "ignore", value_name = "NAME")]
    ignored: Vec<String>,
    /// Print JSON, a line for each event
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    program: ProgramArgs,
}

const EXAMPLES: &str = "\
Examples:
  liftgate dev --record events/ -- ./bootstrap
  liftgate replay events/ -- ./changed-bootstrap
  liftgate replay events/ --ignore date --ignore /body/requestId -- ./bootstrap";

/// Prints the differences. The exit code is 0; 1 if there are any, or something failed; 130 if it
/// was interrupted.
pub fn run(args: &Args) -> ExitCode {
    match replay(args) {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::FAILURE,
        Ok(None) => ExitCode::from(130),
        Err(reason) => {
            output::error(&reason);
            ExitCode::FAILURE
        }
    }
}

/// Whether every reply is the same.
fn replay(args: &Args) -> Result<Option<bool>, String> {
    let program = args.program.program()?;
    let recordings = read(&args.directory)?;
    let ignored = Ignored::new(&args.ignored);
    let pool = Pool::new(program, Limits::ONE, Arc::new(Printer::stderr()));
    session::run(&pool, async {
        let mut show = Show::new(args.json);
        for (name, recording) in &recordings {
            let replayed = send(&pool, args, recording).await;
            show.replayed(name, &differences(recording, replayed, &ignored));
        }
        show.end()
    })
}

/// The recordings, in the order of their names.
fn read(directory: &Path) -> Result<Vec<(String, Recording)>, String> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        format!("{}: cannot be read: {error}", path.display())
    };
    let entries = fs::read_dir(directory).map_err(|error| failed(directory, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_json = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    let mut paths: Vec<_> = paths.filter(is_json).collect();
    paths.sort();
    let recordings: Result<Vec<_>, String> = paths
        .iter()
        .map(|path| {
            let bytes = fs::read(path).map_err(|error| failed(path, &error))?;
            let recording = serde_json::from_slice(&bytes);
            let recording = recording.map_err(|error| failed(path, &error))?;
            let name = path.file_name().unwrap_or_default();
            Ok((name.to_string_lossy().into_owned(), recording))
        })
        .collect();
    match recordings {
        Ok(none) if none.is_empty() => Err(format!("{}: there is nothing", directory.display())),
        recordings => recordings,
    }
}

/// The reply of the program as it is now, or why there is none.
async fn send(pool: &Pool, args: &Args, recording: &Recording) -> Result<Vec<u8>, String> {
    let call = Call::new(recording.event())
        .timeout(args.program.function_timeout().unwrap_or(LONGEST))
        .streaming(recording.is_streamed());
    let answer = pool
        .invoke(call)
        .await
        .map_err(|failure| failure.to_string())?;
    match answer.reply {
        FunctionReply::Whole(reply) | FunctionReply::Prelude(reply) => Ok(reply.to_vec()),
        FunctionReply::Stream(mut stream) => {
            let mut reply = Vec::new();
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(|failure| failure.to_string())?;
                reply.extend_from_slice(&chunk);
            }
            Ok(reply)
        }
        _ => Err("the function gave a reply of an unknown kind".to_owned()),
    }
}

fn differences(
    recording: &Recording,
    replayed: Result<Vec<u8>, String>,
    ignored: &Ignored,
) -> Vec<Difference> {
    let recorded = reply::comparable(recording.reply());
    difference::between(&recorded, &reply::comparable(replayed), ignored)
}
