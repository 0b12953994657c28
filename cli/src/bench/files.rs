//! The user's own events.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::Method;
use liftgate::{Event, Options};
use serde::de::IgnoredAny;

use super::cases::Case;
use crate::capture;

/// Why a file was not measured.
#[derive(Debug)]
pub(super) struct Failure {
    /// The file, or directory.
    pub(super) file: String,
    /// What is wrong with it.
    pub(super) reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.reason)
    }
}

/// The events in files, and in the `*.json` files of directories.
pub(super) fn read(paths: &[PathBuf]) -> (Vec<Case>, Vec<Failure>) {
    let (mut cases, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        let files = match path.is_dir() {
            true => json_files(path),
            false => Ok(vec![path.clone()]),
        };
        let read = files.map(|files| {
            for file in files {
                match case(&file) {
                    Ok(case) => cases.push(case),
                    Err(reason) => failures.push(failure(&file, reason)),
                }
            }
        });
        failures.extend(read.err().map(|reason| failure(path, reason)));
    }
    (cases, failures)
}

fn failure(path: &Path, reason: String) -> Failure {
    Failure {
        file: path.display().to_string(),
        reason,
    }
}

/// The directory's `*.json` files, by name.
fn json_files(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let paths = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|error: io::Error| format!("cannot be read: {error}"))?;
    let is_json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let mut files: Vec<PathBuf> = Vec::into_iter(paths).filter(is_json).collect();
    if files.is_empty() {
        return Err("has no *.json files".to_owned());
    }
    files.sort();
    Ok(files)
}

fn case(file: &Path) -> Result<Case, String> {
    let event = fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    serde_json::from_slice::<IgnoredAny>(&event).map_err(|error| format!("not JSON: {error}"))?;
    let (source, method) = detect(&event)?;
    Ok(Case {
        is_head: method == Method::HEAD,
        ..Case::new(file.display().to_string(), source, event)
    })
}

/// The source of an event, as liftgate sees it, and the request's method.
fn detect(event: &[u8]) -> Result<(&'static str, Method), String> {
    let request = capture::request(Bytes::copy_from_slice(event), Options::new());
    // What follows tells of an option that programs have, and this has not.
    let brief = |reason: String| match reason.split_once("; turn on Options::") {
        Some((reason, _)) => reason.to_owned(),
        None => reason,
    };
    let request = request.map_err(brief)?;
    let event = request.extensions().get::<Event>();
    let source = event.ok_or("there is no event with it")?.source();
    Ok((source.name(), request.method().clone()))
}
