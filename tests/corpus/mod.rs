//! Third-party events, where the environment variable `LIFTGATE_CORPUS` names a folder of
//! them; they are read from there.
//!
//! The folder has an `INDEX.md`, a folder of events for each project they come from, and
//! below `expected/` what that project expects of them. All of it is upheld but for the
//! exceptions, which each test lists; one that no longer is one fails the test.

mod asserts;
mod gateways;
mod kinds;
mod panics;
mod parts;
mod rendered;
mod replies;
mod requests;

use std::collections::BTreeSet;
use std::env;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;

/// A folder of events.
struct Corpus {
    root: PathBuf,
}

/// An event, and what a project expects of it.
struct Case {
    /// `project/file.json`
    at: String,
    event: Bytes,
    expected: Value,
}

/// What was compared.
#[derive(Default)]
struct Facts {
    upheld: usize,
    seen: BTreeSet<String>,
    differences: Vec<Difference>,
}

struct Difference {
    at: String,
    field: String,
    what: String,
}

/// A file, or how the names of several begin; the field that differs; and why it may.
type Exception = (&'static str, &'static str, &'static str);

impl Corpus {
    /// `None` where there is none, and the test has nothing to do.
    fn open() -> Option<Self> {
        let root = env::var_os("LIFTGATE_CORPUS");
        if root.is_none() {
            eprintln!("skipped: LIFTGATE_CORPUS names no folder of events");
        }
        root.map(|root| Corpus { root: root.into() })
    }

    fn read(&self, file: &str) -> Bytes {
        let read = fs::read(self.root.join(file));
        read.unwrap_or_else(|error| panic!("{file}: {error}"))
            .into()
    }

    fn json(&self, file: &str) -> Value {
        let json = serde_json::from_slice(&self.read(file));
        json.unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The JSON files below a folder, by their paths from the root.
    fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        json_files(&self.root.join(folder), &mut files);
        let relative = files.iter().map(|file| file.strip_prefix(&self.root));
        let mut names: Vec<_> = relative
            .map(|file| file.unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        assert!(!names.is_empty(), "there are no files in `{folder}`");
        names
    }

    fn events(&self) -> Vec<String> {
        let mut files = self.files("");
        files.retain(|file| !file.starts_with("expected/") && !file.contains("/responses/"));
        files
    }

    fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for file in self.files("expected") {
            let at = file.trim_start_matches("expected/");
            let event = self.read(at);
            let mut first = self.json(&file);
            let more = first["more"].take();
            let all = [first]
                .into_iter()
                .chain(more.as_array().cloned().unwrap_or_default());
            cases.extend(all.map(|expected| Case {
                at: at.to_owned(),
                event: event.clone(),
                expected,
            }));
        }
        cases
    }
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
}

impl Case {
    fn project(&self) -> &str {
        self.at.split('/').next().unwrap_or_default()
    }
}

impl Facts {
    fn check<T: PartialEq + Debug>(&mut self, at: &str, field: &str, wanted: T, got: T) {
        self.seen.insert(at.to_owned());
        if wanted == got {
            self.upheld += 1;
            return;
        }
        self.differences.push(Difference {
            at: at.to_owned(),
            field: field.to_owned(),
            what: format!("wanted {wanted:?}, got {got:?}"),
        });
    }

    /// Panics if anything differs that is no exception, or an exception does not differ.
    fn judge(self, exceptions: &[Exception]) {
        let excepts = |(at, field, _): &Exception, difference: &Difference| {
            difference.at.starts_with(at) && difference.field == *field
        };
        let mut faults = Vec::new();
        for difference in &self.differences {
            if !exceptions
                .iter()
                .any(|exception| excepts(exception, difference))
            {
                let Difference { at, field, what } = difference;
                faults.push(format!("{at}: {field}: {what}"));
            }
        }
        for exception in exceptions {
            let (at, field, _) = exception;
            let is_here = self.seen.iter().any(|seen| seen.starts_with(at));
            let mut differences = self.differences.iter();
            if is_here && !differences.any(|difference| excepts(exception, difference)) {
                faults.push(format!("{at}: {field}: no longer an exception"));
            }
        }
        let (upheld, files) = (self.upheld, self.seen.len());
        let excepted = self.differences.len();
        eprintln!("{upheld} facts of {files} files are upheld, {excepted} are exceptions");
        assert!(
            faults.is_empty(),
            "{} faults:\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
