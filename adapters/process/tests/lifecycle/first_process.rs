//! As the first process of a container, which inherits what others leave behind.

use std::fs;

use rustix::process::{Signal, kill_process};
use tokio::process::Command;

use super::{api_of, posts_to};
use crate::support::program::{Program, Socket, app, pid};
use crate::support::until;

const ORPHANS: usize = 3;

/// What gives a program process ids of its own, if this machine lets us.
fn namespace() -> Option<Command> {
    let options = ["--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
    for user in [&[][..], &["--user", "--map-root-user"]] {
        let mut tried = std::process::Command::new("unshare");
        let tried = tried.args(user).args(options).arg("true").output();
        if tried.is_ok_and(|tried| tried.status.success()) {
            let mut command = Command::new("unshare");
            command.args(user).args(options);
            return Some(command);
        }
    }
    None
}

/// The processes, dead ones among them, that a process is the parent of.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        after_name.split(' ').nth(1) == Some(parent.to_string().as_str())
    })
    .collect()
}

#[tokio::test]
async fn it_asks_for_all_that_has_ended_and_ends_as_any_other() {
    let Some(unshare) = namespace() else {
        println!("left out: unshare gives no process ids here");
        return;
    };
    let api = api_of(&["/", "/crash", "/"]).await;
    let socket = Socket::new();
    let vars = [
        ("PATH", "/usr/bin:/bin"),
        ("LIFTGATE_SOCKET", socket.0.to_str().unwrap()),
    ];
    // A shell that ends at once leaves each of them, before the app is there and in its place.
    let script = format!(
        "for _ in $(seq {ORPHANS}); do (sleep 2 &); done; exec {}",
        app().display()
    );
    let liftgate = env!("CARGO_BIN_EXE_liftgate-process");
    let arguments = [liftgate, "--", "sh", "-c", &script];
    let mut program = Program::by(unshare, &api, &arguments, &vars);
    let first = || children(program.id()).first().copied();
    let known = || first().map_or(0, |first| children(first).len());
    until("the orphans", || known() > ORPHANS).await;
    let posts = api.posts().await;
    let posts = posts_to(&posts, &["r-1/response", "r-2/error", "r-3/response"]);
    let (_, message) = posts[1].error();
    assert!(
        message.contains("the app exited with status 3"),
        "{message}"
    );
    // Those of the app's first life ended with it, and those of its second by themselves.
    until("the app alone is left", || known() == 1).await;
    kill_process(pid(first().unwrap()), Signal::TERM).unwrap();
    let (status, log) = program.end().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("signal TERM"), "{log}");
    assert!(log.contains("the app exited with status 0"), "{log}");
}
