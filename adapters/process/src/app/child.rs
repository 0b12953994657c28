//! A process of the app.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getpid, kill_process, kill_process_group,
    test_kill_process_group, wait, waitpid,
};
use tokio::select;
use tokio::signal::unix::{self, SignalKind};
use tokio::time::sleep;

use super::stderr::Stderr;
use crate::Error;

/// How often it is looked whether what it has left behind has ended, of which no signal tells.
const LEFT_BEHIND: Duration = Duration::from_millis(2);

/// How long what a dead app has written may take to be read; who inherited the pipe from it may hold
/// it for ever.
const DRAIN: Duration = Duration::from_millis(100);

/// How long that may take where time is short.
const PASS_ON: Duration = Duration::from_millis(20);

/// A process, in a group of its own, so that what it has started can be ended with it.
pub(super) struct Child {
    pid: Pid,
    stderr: Option<Stderr>,
    exits: unix::Signal,
    // Once it has ended, and been asked for: it can be asked for once.
    status: Option<Result<WaitStatus, String>>,
}

impl Child {
    pub(super) fn spawn(command: &[OsString]) -> Result<Self, Error> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(Error::new("there is no command"));
        };
        let name = program.to_string_lossy();
        let failed = |error| Error::spawn(&name, error);
        // Before it starts, so that no exit is missed.
        let exits = unix::signal(SignalKind::child()).map_err(failed)?;
        let spawn = |program: &OsStr, arguments: &[OsString]| {
            let mut started = Command::new(program);
            started
                .args(arguments)
                .stderr(Stdio::piped())
                .process_group(0);
            if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
                && std::env::var_os("AWS_EXECUTION_ENV").is_none()
            {
                // AWS's libraries tell by it where they run.
                started.env("AWS_EXECUTION_ENV", "AWS_Lambda_provided_custom");
            }
            if io::stdin().is_terminal() {
                // A group that is not the terminal's is stopped when it reads from it.
                started.stdin(Stdio::null());
            }
            started.spawn()
        };
        let spawned = match spawn(program, arguments) {
            // As shells do, which start most scripts.
            Err(error) if is_shell_script(&error, program) => spawn("/bin/sh".as_ref(), command),
            spawned => spawned,
        };
        let mut child = spawned.map_err(failed)?;
        let pid = Pid::from_child(&child);
        let stderr = child.stderr.take().map(Stderr::follow).transpose();
        Ok(Child {
            pid,
            stderr: stderr.map_err(failed)?,
            exits,
            status: None,
        })
    }

    /// Waits until it has ended, and tells how, with its last words.
    ///
    /// # Cancel safety
    ///
    /// It may be dropped, and called again.
    pub(super) async fn died(&mut self) -> String {
        self.ended().await;
        // What it has started would hold its port.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let lines = self.last_lines(DRAIN).await;
        match lines.as_str() {
            "" => self.end(),
            lines => format!("{}; its last words:\n{lines}", self.end()),
        }
    }

    /// How it has ended.
    fn end(&self) -> String {
        match &self.status {
            Some(Ok(status)) => format!("the app {}", describe(*status)),
            Some(Err(error)) => format!("the app ended, nobody knows how: {error}"),
            None => "the app ended".to_owned(),
        }
    }

    async fn last_lines(&self, limit: Duration) -> String {
        match &self.stderr {
            Some(stderr) => stderr.last_lines(limit).await,
            None => String::new(),
        }
    }

    async fn ended(&mut self) {
        while self.status.is_none() {
            match self.reap() {
                Ok(None) => drop(self.exits.recv().await),
                Ok(Some(status)) => self.status = Some(Ok(status)),
                Err(error) => self.status = Some(Err(error.to_string())),
            }
        }
    }

    /// Waits until it has ended, and what it has left behind, as a shell does that has started the app:
    /// that is asked to end as well.
    async fn all_ended(&mut self) {
        self.ended().await;
        let _ = kill_process_group(self.pid, Signal::TERM);
        while test_kill_process_group(self.pid).is_ok() {
            sleep(LEFT_BEHIND).await;
            if getpid() == Pid::INIT {
                while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
            }
        }
    }

    /// Whether it has ended, and says that all is well.
    pub(super) fn has_succeeded(&self) -> bool {
        matches!(&self.status, Some(Ok(status)) if status.exit_status() == Some(0))
    }

    /// The status of what has ended. The first process of a container inherits all that is left of
    /// others, which has to be asked for too.
    fn reap(&self) -> io::Result<Option<WaitStatus>> {
        if getpid() != Pid::INIT {
            let waited = waitpid(Some(self.pid), WaitOptions::NOHANG)?;
            return Ok(waited.map(|(_, status)| status));
        }
        while let Some((pid, status)) = wait(WaitOptions::NOHANG)? {
            if pid == self.pid {
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    /// Asks it to end, with all that it has started, and kills that where it has not ended after that
    /// time, or when nobody waits any more: that is an error.
    pub(super) async fn stop(
        &mut self,
        limit: Duration,
        is_left: impl Future<Output = ()>,
    ) -> Result<String, String> {
        let begun = Instant::now();
        self.signal(Signal::TERM);
        let has_ended = select! {
            biased;
            () = self.all_ended() => true,
            () = sleep(limit) => false,
            () = is_left => false,
        };
        let waited = begun.elapsed().as_millis();
        if !has_ended {
            let _ = kill_process_group(self.pid, Signal::KILL);
            self.ended().await;
        }
        self.last_lines(PASS_ON).await;
        match (has_ended, self.end()) {
            (true, end) => Ok(end),
            (false, end) => Err(format!(
                "{end} (not all of it had ended {waited} ms after SIGTERM)"
            )),
        }
    }

    /// Sends it a signal, if it is still there: its number may be another's after that.
    pub(super) fn signal(&self, signal: Signal) {
        if self.status.is_some() {
            return;
        }
        if let Err(error) = kill_process(self.pid, signal) {
            tracing::debug!("signal {signal:?}: {error}");
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.status.is_none() {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
    }
}

/// Whether a program could not be started since it is a script that does not name its shell, and no
/// program of another architecture, say.
fn is_shell_script(error: &io::Error, program: &OsStr) -> bool {
    let mut start = [0; 128];
    error.raw_os_error() == Some(Errno::NOEXEC.raw_os_error())
        && File::open(program)
            .and_then(|mut file| file.read(&mut start))
            .is_ok_and(|len| len > 0 && !start[..len].contains(&0))
}

fn describe(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
