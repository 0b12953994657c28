//! What is read: a file, or standard input.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::Bytes;

pub(super) struct Input {
    name: String,
    pub(super) bytes: Bytes,
}

impl Input {
    /// Reads a file; `-` is standard input.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let is_stdin = file.as_os_str() == "-";
        let (name, read) = match is_stdin {
            true => ("standard input".to_owned(), stdin()),
            false => (file.display().to_string(), fs::read(file)),
        };
        match read {
            Ok(bytes) => Ok(Input {
                name,
                bytes: bytes.into(),
            }),
            Err(error) => Err(format!("{name}: cannot be read: {error}")),
        }
    }

    /// What is wrong, and where.
    pub(super) fn fault(&self, reason: impl Display) -> String {
        format!("{}: {reason}", self.name)
    }
}

fn stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
