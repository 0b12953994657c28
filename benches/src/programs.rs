//! The programs: each a package of its own, since cargo would otherwise build all with the
//! features of any.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, process};

use serde_json::Value;

use crate::runtime_api::RuntimeApi;

/// A program in `benches/programs`.
#[derive(Debug)]
pub struct Program {
    /// The name in the table.
    pub name: &'static str,
    /// The package.
    pub package: &'static str,
    /// The name of the program that does the same by lambda_http.
    pub rival: &'static str,
}

/// The program that the others are measured by.
pub const FLOOR: &str = "floor";
/// The program by liftgate.
pub const LIFTGATE: &str = "liftgate";
/// The program by liftgate's service on AWS's runtime.
pub const LIFTGATE_ON_LAMBDA_RUNTIME: &str = "liftgate, lambda_runtime";
/// The program by lambda_http.
pub const LAMBDA_HTTP: &str = "lambda_http";

const ALL: [Program; 6] = [
    Program {
        name: FLOOR,
        package: "bench-floor",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LIFTGATE,
        package: "bench-liftgate",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LAMBDA_HTTP,
        package: "bench-lambda-http",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LIFTGATE_ON_LAMBDA_RUNTIME,
        package: "bench-liftgate-lambda-runtime",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: "liftgate, axum",
        package: "bench-liftgate-axum",
        rival: "lambda_http, axum",
    },
    Program {
        name: "lambda_http, axum",
        package: "bench-lambda-http-axum",
        rival: "lambda_http, axum",
    },
];

/// The programs that stream a kilobyte.
pub const STREAMS: [Program; 2] = [
    Program {
        name: LIFTGATE,
        package: "bench-liftgate-stream",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LAMBDA_HTTP,
        package: "bench-lambda-http-stream",
        rival: LAMBDA_HTTP,
    },
];

/// The programs that send back what they are sent.
pub const ECHOES: [Program; 3] = [
    Program {
        name: FLOOR,
        package: "bench-floor-echo",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LIFTGATE,
        package: "bench-liftgate-echo",
        rival: LAMBDA_HTTP,
    },
    Program {
        name: LAMBDA_HTTP,
        package: "bench-lambda-http-echo",
        rival: LAMBDA_HTTP,
    },
];

/// The programs that pass requests on to a server.
pub const PROXIES: [Program; 2] = [
    Program {
        name: FLOOR,
        package: "bench-floor-proxy",
        rival: FLOOR,
    },
    PROCESS,
];

/// The program that stands before a server in a process of its own.
pub const PROCESS: Program = Program {
    name: "liftgate-process",
    package: "liftgate-process",
    rival: FLOOR,
};

/// The programs that the arguments name by a part of their names, or all. Says on standard error
/// what there is to name, and ends, if there is no such program.
pub fn named(arguments: &[String]) -> Vec<Program> {
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let filter = filter.map_or("", String::as_str);
    let is_named = |program: &Program| program.name.contains(filter);
    let named: Vec<Program> = ALL.into_iter().filter(is_named).collect();
    if named.is_empty() {
        let names = ALL.map(|program| program.name);
        eprintln!(
            "no program has `{filter}` in its name; there are {}",
            names.join("; ")
        );
        process::exit(2);
    }
    named
}

impl Program {
    /// Builds the program, and says where it is.
    pub fn build(&self, profile: &str) -> PathBuf {
        eprintln!("building {} ({profile})", self.package);
        let mut cargo = self.cargo("build");
        cargo.args(["--quiet", "--message-format=json", "--profile", profile]);
        let messages = output(&mut cargo);
        let mut messages = messages
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        // The only one: what this builds on are libraries.
        let executable = messages.find_map(|message| Some(message["executable"].as_str()?.into()));
        executable.unwrap()
    }

    /// How many crates the program is made of, itself among them.
    pub fn crates(&self) -> usize {
        let mut cargo = self.cargo("tree");
        cargo.args(["--edges=normal", "--prefix=none"]);
        let tree = output(&mut cargo);
        let crates = tree.lines().map(|line| line.trim_end_matches(" (*)"));
        crates.collect::<BTreeSet<_>>().len()
    }

    /// A command of cargo's for the program.
    pub fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([command, "--locked", "--package", self.package]);
        cargo
    }
}

fn output(command: &mut Command) -> String {
    let run = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(run.status.success(), "{command:?}: {}", run.status);
    String::from_utf8(run.stdout).unwrap()
}

/// A program that runs. It is ended when this is dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Runs a program, or a tool with a program, as Lambda would.
    pub fn start<A: AsRef<OsStr>>(line: &[A], api: &RuntimeApi) -> Self {
        Running::start_with(line, api, &[])
    }

    /// The same, with more in its environment.
    pub fn start_with<A: AsRef<OsStr>>(
        line: &[A],
        api: &RuntimeApi,
        variables: &[(&str, &str)],
    ) -> Self {
        let (program, arguments) = line.split_first().unwrap();
        let child = Command::new(program)
            .args(arguments)
            // What else there is, such as cargo's library path, makes some programs slower.
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "hello")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2025/07/14/[$LATEST]6874c1f2")
            .env("AWS_REGION", "eu-central-1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }

    /// The CPU time of all threads so far, in nanoseconds; `None` where Linux does not tell.
    pub fn cpu_ns(&self) -> Option<u64> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.0.id())).ok()?;
        let of_thread = |thread: fs::DirEntry| -> Option<u64> {
            let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            stat.split(' ').next()?.parse().ok()
        };
        threads.flatten().map(of_thread).sum()
    }

    /// The memory that the program has now, and the most that it has had, in bytes; `None` where
    /// Linux does not tell.
    pub fn resident(&self) -> Option<Resident> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let bytes = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kib << 10)
        };
        Some(Resident {
            now: bytes("VmRSS:")?,
            peak: bytes("VmHWM:")?,
        })
    }

    /// Asks the program to end, and waits until it has.
    pub fn end(mut self) {
        // Not by `kill`, which leaves a tool no time to write.
        let id = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The resident set of a program, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    /// What it is.
    pub now: u64,
    /// The most that it has been.
    pub peak: u64,
}

/// A directory for what is needed while a benchmark runs.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A directory that no other process uses.
    pub fn new() -> Self {
        let path = env::temp_dir().join(format!("liftgate-bench-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    /// A file in it.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
