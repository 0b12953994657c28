//! Writes down what goes through a gateway.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use liftgate::local::{Call, Cause, Exchange, Function, FunctionReply, Invoking, Kind};

use super::Recording;
use crate::output;

/// A path may be longer than a name can be.
const MAX_NAME: usize = 60;

/// Keeps each invocation in a file of a directory.
#[derive(Debug)]
pub(crate) struct Recorder {
    directory: PathBuf,
    gateway: &'static str,
    last: AtomicUsize,
    /// What has been streamed, by the invocation.
    streams: Streams,
}

type Streams = Arc<Mutex<HashMap<String, Vec<u8>>>>;

impl Recorder {
    /// Makes the directory, or goes on where others ended in it.
    pub(crate) fn new(directory: &Path, kind: Kind) -> Result<Self, String> {
        let failed = |error| format!("cannot record in {}: {error}", directory.display());
        fs::create_dir_all(directory).map_err(failed)?;
        let names = fs::read_dir(directory).map_err(failed)?;
        let names = names.flatten().map(|entry| entry.file_name());
        let last = names.filter_map(|name| number(&name)).max();
        Ok(Recorder {
            directory: directory.to_owned(),
            gateway: kind.name(),
            last: AtomicUsize::new(last.unwrap_or(0)),
            streams: Streams::default(),
        })
    }

    /// The function, with an ear on what it streams.
    pub(crate) fn before<F: Function>(&self, function: F) -> impl Function + use<F> {
        Listened {
            function,
            streams: Arc::clone(&self.streams),
        }
    }

    /// Writes down what came of a request, if the function was asked.
    pub(crate) fn keep(&self, exchange: &Exchange) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.remove(&exchange.request_id);
        drop(streams);
        let cause = exchange.failure.as_ref().map(|failure| failure.cause());
        let is_answered =
            exchange.reply.is_some() || stream.is_some() || exchange.failure.is_some();
        if exchange.event.is_empty() || !is_answered || cause == Some(Cause::Throttled) {
            return;
        }
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let name = name(number, &exchange.method, exchange.uri.path());
        let written = Recording::new(self.gateway, exchange, stream)
            .and_then(|recording| serde_json::to_vec_pretty(&recording))
            .map_err(|error| error.to_string())
            .and_then(|json| self.write(&name, &json).map_err(|error| error.to_string()));
        if let Err(error) = written {
            output::error(&format!("{}: {error}", self.directory.join(name).display()));
        }
    }

    /// A file is there as a whole or not at all.
    fn write(&self, name: &str, json: &[u8]) -> std::io::Result<()> {
        let unfinished = self.directory.join(format!(".{name}.part"));
        fs::write(&unfinished, [json, b"\n"].concat())?;
        fs::rename(&unfinished, self.directory.join(name))
    }
}

/// A function whose streams are written down.
#[derive(Debug)]
struct Listened<F> {
    function: F,
    streams: Streams,
}

impl<F: Function> Function for Listened<F> {
    fn invoke(&self, call: Call) -> Invoking<'_> {
        Box::pin(async {
            let id = call.request_id().to_owned();
            let mut answer = self.function.invoke(call).await?;
            if let FunctionReply::Stream(stream) = answer.reply {
                let streams = Arc::clone(&self.streams);
                // Nothing may come.
                let mut begun = streams.lock().unwrap_or_else(PoisonError::into_inner);
                begun.insert(id.clone(), Vec::new());
                drop(begun);
                answer.reply = FunctionReply::Stream(stream.inspect(move |chunk| {
                    let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
                    streams
                        .entry(id.clone())
                        .or_default()
                        .extend_from_slice(chunk);
                }));
            }
            Ok(answer)
        })
    }
}

fn number(name: &OsStr) -> Option<usize> {
    let (number, _) = name.to_str()?.strip_suffix(".json")?.split_once('-')?;
    number.parse().ok()
}

/// `000001-GET-path.json`
fn name(number: usize, method: &Method, path: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
    let words = path
        .split(|char| !is_plain(char))
        .filter(|word| !word.is_empty());
    let path: String = words.flat_map(|word| ["-", word]).collect();
    let path = &path[..path.len().min(MAX_NAME)];
    format!("{number:06}-{method}{path}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_tell_the_request() {
        assert_eq!(name(1, &Method::GET, "/"), "000001-GET.json");
        let named = name(12, &Method::POST, "/a%2Fb//c.d/../\u{e4}");
        assert_eq!(named, "000012-POST-a-2Fb-c.d-...json");
        assert_eq!(
            name(1, &Method::GET, &"/x".repeat(99)).len(),
            10 + MAX_NAME + 5
        );
        assert_eq!(number(named.as_ref()), Some(12));
        assert_eq!(number("notes.txt".as_ref()), None);
    }
}
