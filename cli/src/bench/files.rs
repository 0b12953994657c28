//! The user's own events.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::future::{Ready, ready};
use std::io;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};

use http::{Method, Request, Response};
use liftgate::{Body, Event, Invocation, Lambda};
use serde::de::IgnoredAny;
use tower_service::Service;

use super::cases::Case;
use super::contenders::{poll_now, received};

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
    let mut lambda = Lambda::new(Witness::default());
    let invocation = Invocation::new(received(event), liftgate::Context::default());
    let answer = poll_now(lambda.call(invocation));
    if let Some(seen) = lambda.get_mut().seen.take() {
        return Ok(seen);
    }
    let error = answer.and_then(Result::err).map(|error| error.to_string());
    let reason = error.unwrap_or_else(|| "there is no request in it".to_owned());
    // What follows tells of an option that programs have, and this has not.
    let reason = reason.split("; turn on Options::").next();
    Err(reason.unwrap_or_default().to_owned())
}

/// A service that notes what comes in.
#[derive(Default)]
struct Witness {
    seen: Option<(&'static str, Method)>,
}

impl Service<Request<Body>> for Witness {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let source = request.extensions().get::<Event>().map(Event::source);
        self.seen = source.map(|source| (source.name(), request.method().clone()));
        ready(Ok(Response::default()))
    }
}
