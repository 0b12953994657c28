use std::error::Error;
use std::fmt;

/// A handler has aborted the connection (`ConnCtrl::abort`): the client is to get no response.
///
/// The invocation fails with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aborted(());

impl Aborted {
    pub(crate) const fn new() -> Self {
        Aborted(())
    }
}

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler has aborted the connection")
    }
}

impl Error for Aborted {}
