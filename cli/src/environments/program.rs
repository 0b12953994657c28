//! What an environment runs.

use std::env;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::gateway::seconds;

/// The program of a function.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Program")]
pub struct ProgramArgs {
    /// The program and its arguments, after `--`: anything that polls the Runtime API
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// A variable of the program's environment; can be repeated
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
    /// How many invocations an environment takes at a time, as on Managed Instances
    /// [default: $AWS_LAMBDA_MAX_CONCURRENCY, or 1]
    #[arg(long, value_name = "NUMBER")]
    concurrency: Option<NonZeroUsize>,
    /// How long the function may take, in seconds; longer, and its environment is ended. By
    /// default, as long as the gateway waits; with `invoke` and `replay`, 900
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    function_timeout: Option<Duration>,
}

impl ProgramArgs {
    /// The program.
    ///
    /// # Errors
    ///
    /// If it cannot be found, or the variables do not make sense.
    pub fn program(&self) -> Result<Program, String> {
        let (name, arguments) = self.command.split_first().ok_or("there is no command")?;
        let file = which::which(name)
            .map_err(|_| format!("{}: there is no such program", name.display()))?;
        Ok(Program {
            name: name.clone(),
            file,
            arguments: arguments.to_vec(),
            variables: self.variables.clone(),
            concurrency: match self.concurrency {
                Some(concurrency) => concurrency,
                None => concurrency()?,
            },
        })
    }

    /// How long the function may take, if that is said.
    pub fn function_timeout(&self) -> Option<Duration> {
        self.function_timeout
    }
}

/// What an environment runs, and what it tells the program.
#[derive(Clone, Debug)]
pub struct Program {
    name: OsString,
    file: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(String, String)>,
    concurrency: NonZeroUsize,
}

impl Program {
    /// Where the program is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The command line.
    pub fn title(&self) -> String {
        let words = std::iter::once(&self.name).chain(&self.arguments);
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    /// How many invocations an environment takes at a time.
    pub(super) fn concurrency(&self) -> usize {
        self.concurrency.get()
    }

    /// The process that is to be started, with the variables of an environment ([source]).
    ///
    /// [source]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    pub(super) fn command(&self, environment: usize, runtime_api: SocketAddr) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments);
        let region = env::var_os("AWS_DEFAULT_REGION").unwrap_or_else(|| "us-east-1".into());
        let stream = format!("local/[$LATEST]{environment:032x}").into();
        let defaults: [(_, OsString); 8] = [
            ("AWS_LAMBDA_FUNCTION_NAME", "local".into()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
            // What a function has if nobody says otherwise.
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".into()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/local".into()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
            ("AWS_REGION", region.clone()),
            ("AWS_DEFAULT_REGION", region),
            ("TZ", ":UTC".into()),
        ];
        for (name, value) in defaults {
            command.env(name, env::var_os(name).unwrap_or(value));
        }
        if let Ok(directory) = env::current_dir() {
            command.env("LAMBDA_TASK_ROOT", directory);
        }
        command.env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        match self.concurrency() {
            // Lambda sets it on Managed Instances only.
            1 => command.env_remove("AWS_LAMBDA_MAX_CONCURRENCY"),
            number => command.env("AWS_LAMBDA_MAX_CONCURRENCY", number.to_string()),
        };
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command.env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A signal reaches all processes of the program, and Ctrl-C none of them before liftgate.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

fn concurrency() -> Result<NonZeroUsize, String> {
    let name = "AWS_LAMBDA_MAX_CONCURRENCY";
    match env::var(name) {
        Err(_) => Ok(NonZeroUsize::MIN),
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{name}: `{text}` is no number of invocations")),
    }
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable is NAME=VALUE"),
    }
}
