//! Signals, to all processes that a program consists of.

use std::process::ExitStatus;

/// The processes that a program consists of.
#[derive(Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Group {
    /// That of the process that leads it.
    pub(super) fn of(leader: Option<u32>) -> Self {
        let leader = leader.and_then(|leader| i32::try_from(leader).ok());
        let leader = leader.and_then(rustix::process::Pid::from_raw);
        Group { leader }
    }

    /// Asks them to end.
    pub(super) fn terminate(&self) {
        self.send(rustix::process::Signal::TERM);
    }

    /// Ends them.
    pub(super) fn kill(&self) {
        self.send(rustix::process::Signal::KILL);
    }

    fn send(&self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader {
            // They may be gone.
            let _ = rustix::process::kill_process_group(leader, signal);
        }
    }
}

/// Where there are no groups, the process itself is killed when it is dropped.
#[cfg(not(unix))]
impl Group {
    pub(super) fn of(_: Option<u32>) -> Self {
        Group {}
    }

    pub(super) fn terminate(&self) {}

    pub(super) fn kill(&self) {}
}

/// The signal that ended a process, as Go names it, and so Lambda does.
pub(super) fn of(status: ExitStatus) -> String {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = status.code();
    let name = match signal {
        Some(1) => "hangup",
        Some(2) => "interrupt",
        Some(4) => "illegal instruction",
        Some(6) => "aborted",
        Some(8) => "floating point exception",
        Some(9) => "killed",
        Some(11) => "segmentation fault",
        Some(15) => "terminated",
        Some(number) => return format!("signal {number}"),
        None => "unknown",
    };
    name.to_owned()
}
