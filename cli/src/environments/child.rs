//! The process of an environment.

use std::io;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::{ChildStderr, ChildStdout};
use tokio::time::{sleep, timeout};

use super::program::Program;
use super::signal::Group;

/// How often, and how soon, a program is tried that is not there as a whole, since a compiler is
/// just writing it.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// A process and its own children. Dropped, they are killed.
#[derive(Debug)]
pub(super) struct Child {
    process: tokio::process::Child,
    group: Group,
}

impl Child {
    /// Starts the program. Gives what it writes, too.
    pub(super) async fn start(
        program: &Program,
        environment: usize,
        runtime_api: SocketAddr,
    ) -> io::Result<(Self, Option<ChildStdout>, Option<ChildStderr>)> {
        let mut command = program.command(environment, runtime_api);
        let mut tries = 1;
        let mut process = loop {
            match command.spawn() {
                Ok(process) => break process,
                Err(error) if tries < TRIES && is_passing(&error) => {
                    tries += 1;
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        };
        let (out, err) = (process.stdout.take(), process.stderr.take());
        let group = Group::of(process.id());
        Ok((Child { process, group }, out, err))
    }

    /// Waits for its end.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.process.wait().await
    }

    /// Ends it: by asking, if there is time for that, and then by force.
    pub(super) async fn end(&mut self, grace: Duration) {
        if !grace.is_zero() {
            self.group.terminate();
            let _ = timeout(grace, self.process.wait()).await;
        }
        self.group.kill();
        // Where there are no groups, or it has left its own.
        let _ = self.process.kill().await;
        // Another process may get the number.
        self.group = Group::of(None);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.group.kill();
    }
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ExecutableFileBusy, NotFound, PermissionDenied};
    matches!(
        error.kind(),
        ExecutableFileBusy | NotFound | PermissionDenied
    )
}
