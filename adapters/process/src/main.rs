//! Runs any HTTP server on AWS Lambda. See the library.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use lexopt::{Arg, Parser};
use liftgate_process::{Config, Mode, run};

const HELP: &str = "\
Runs any HTTP server on AWS Lambda, unchanged.

Usage: liftgate-process [-- COMMAND [ARGUMENTS...]]
       liftgate-process --check

  COMMAND        starts the app; without one it is started by somebody else
  --check        prints what the environment configures, and what is wrong with it
  -h, --help     prints this
  -V, --version  prints the version
";

const VERSION: &str = concat!("liftgate-process ", env!("CARGO_PKG_VERSION"), "\n");

/// What the command line asks for.
enum Asked {
    Run(Vec<OsString>),
    Check,
    Help,
    Version,
}

fn main() -> ExitCode {
    if let Some(mode) = Mode::wrapper() {
        return start(mode);
    }
    match asked(Parser::from_env()) {
        Ok(Asked::Run(command)) => start(Mode::of(command)),
        Ok(Asked::Check) => check(),
        Ok(Asked::Help) => print(HELP),
        Ok(Asked::Version) => print(VERSION),
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

fn asked(mut arguments: Parser) -> Result<Asked, lexopt::Error> {
    let mut command: Vec<OsString> = Vec::new();
    match arguments.next()? {
        Some(Arg::Long("check")) => return Ok(Asked::Check),
        Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Asked::Help),
        Some(Arg::Short('V') | Arg::Long("version")) => return Ok(Asked::Version),
        Some(Arg::Value(program)) => {
            command.push(program);
            // What follows is the app's.
            command.extend(arguments.raw_args()?);
        }
        Some(other) => return Err(other.unexpected()),
        None => {}
    }
    Ok(Asked::Run(command))
}

fn start(mode: Mode) -> ExitCode {
    // Without a log the app still runs.
    if let Err(error) = liftgate::init_tracing() {
        eprintln!("{error}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(Config::from_env(), mode)),
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        // The log has it.
        Err(_) => ExitCode::FAILURE,
    }
}

fn check() -> ExitCode {
    match Config::from_env() {
        Ok(config) => print(&config.report().to_string()),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
