//! Waits for files to change.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// What nobody writes by hand. Whatever is hidden is passed over too.
const PASSED_OVER: [&str; 3] = ["target", "node_modules", "__pycache__"];

/// How long nothing changes once all has been written.
const PAUSE: Duration = Duration::from_millis(200);
/// If something always changes.
const LONGEST: Duration = Duration::from_secs(2);

/// Files that are watched.
#[derive(Debug)]
pub(super) struct Watch {
    roots: Vec<PathBuf>,
    program: PathBuf,
    record: Option<PathBuf>,
    events: mpsc::UnboundedReceiver<Event>,
    /// `None` if nothing is to be watched.
    watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Watches files, all that is in directories, and the program; nothing if no path is given.
    pub(super) fn new(
        paths: &[PathBuf],
        program: &Path,
        record: Option<&Path>,
    ) -> Result<Self, String> {
        let (sender, events) = mpsc::unbounded_channel();
        let mut watch = Watch {
            roots: Vec::new(),
            program: program
                .canonicalize()
                .unwrap_or_else(|_| program.to_owned()),
            record: record.and_then(|record| record.canonicalize().ok()),
            events,
            watcher: None,
        };
        if paths.is_empty() {
            return Ok(watch);
        }
        let send = move |event: notify::Result<Event>| {
            // Nobody may care any more.
            drop(event.map(|event| sender.send(event)));
        };
        let watcher = notify::recommended_watcher(send);
        watch.watcher = Some(watcher.map_err(|error| format!("cannot watch files: {error}"))?);
        for path in paths {
            let failed = |error: String| format!("cannot watch {}: {error}", path.display());
            let root = path
                .canonicalize()
                .map_err(|error| failed(error.to_string()))?;
            // What is written anew is another file or directory, in the same directory.
            let above = root.parent().map_or(Ok(()), |parent| watch.add(parent));
            if root.is_dir() {
                // Where it is may be where nobody may look.
                let watched = watch.add(&root);
                watched.map_err(|error| failed(error.to_string()))?;
                watch.add_below(&root);
            } else {
                above.map_err(|error| failed(error.to_string()))?;
            }
            watch.roots.push(root);
        }
        if let Some(directory) = watch.program.parent().map(Path::to_owned) {
            // It may be where nobody may look.
            let _ = watch.add(&directory);
        }
        Ok(watch)
    }

    /// Calls for each bundle of changes.
    pub(super) async fn changes<F: Future<Output = ()>>(
        mut self,
        changed: impl Fn(&[PathBuf]) -> F,
    ) -> Infallible {
        loop {
            let mut paths = BTreeSet::new();
            match self.events.recv().await {
                Some(event) => self.note(event, &mut paths),
                None => return std::future::pending().await,
            };
            let end = Instant::now() + LONGEST;
            let mut pause = end.min(Instant::now() + PAUSE);
            while !paths.is_empty() && Instant::now() < pause {
                match timeout_at(pause, self.events.recv()).await {
                    // What is not watched, a log say, may change all the time.
                    Ok(Some(event)) => {
                        if self.note(event, &mut paths) {
                            pause = end.min(Instant::now() + PAUSE);
                        }
                    }
                    _ => break,
                }
            }
            if !paths.is_empty() {
                let paths: Vec<_> = paths.iter().map(|path| self.shown(path)).collect();
                changed(&paths).await;
            }
        }
    }

    /// Notes what has changed of what is watched. Tells whether anything has.
    fn note(&mut self, event: Event, paths: &mut BTreeSet<PathBuf>) -> bool {
        if matches!(event.kind, EventKind::Access(_) | EventKind::Other) {
            return false;
        }
        let mut has_changed = false;
        for path in event.paths {
            if !self.is_watched(&path) {
                continue;
            }
            has_changed = true;
            if path.is_dir() {
                self.add_below(&path);
                // What is in it will tell, but for what has been before it was watched.
                use EventKind::{Create, Modify};
                if !matches!(event.kind, Create(_) | Modify(ModifyKind::Name(_))) {
                    continue;
                }
            }
            paths.insert(path);
        }
        has_changed
    }

    fn is_watched(&self, path: &Path) -> bool {
        if path == self.program {
            return true;
        }
        if self
            .record
            .as_ref()
            .is_some_and(|record| path.starts_with(record))
        {
            return false;
        }
        self.roots.iter().any(|root| {
            let below = path.strip_prefix(root);
            below.is_ok_and(|below| !below.components().any(is_passed_over))
        })
    }

    /// Watches the directory and those in it, one by one: what is passed over may be large.
    fn add_below(&mut self, directory: &Path) {
        // A directory may be gone, and a limit reached: the rest is watched.
        let _ = self.add(directory);
        let Ok(entries) = fs::read_dir(directory) else {
            return;
        };
        for entry in entries.flatten() {
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let path = entry.path();
            let name = path.components().next_back();
            if is_directory && !name.is_some_and(is_passed_over) {
                self.add_below(&path);
            }
        }
    }

    fn add(&mut self, directory: &Path) -> notify::Result<()> {
        match &mut self.watcher {
            Some(watcher) => watcher.watch(directory, RecursiveMode::NonRecursive),
            None => Ok(()),
        }
    }

    /// As it is seen from here.
    fn shown(&self, path: &Path) -> PathBuf {
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let below = here
            .ok()
            .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
        below.unwrap_or_else(|| path.to_owned())
    }
}

fn is_passed_over(component: Component<'_>) -> bool {
    let name = component.as_os_str().to_string_lossy();
    name.starts_with('.') || PASSED_OVER.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_not_watched_delays_nothing() {
        let (sender, events) = mpsc::unbounded_channel();
        let watch = Watch {
            roots: vec!["/app/code".into()],
            program: "/app/program".into(),
            record: None,
            events,
            watcher: None,
        };
        let changed = |path: &str| {
            let event = Event::new(EventKind::Any).add_path(path.into());
            sender.send(event).unwrap();
        };
        changed("/app/code/one");
        changed("/app/code/two");
        let begun = Instant::now();
        let noisy = async {
            while begun.elapsed() < LONGEST / 2 {
                changed("/app/log");
                tokio::time::sleep(PAUSE / 4).await;
            }
        };
        let (told, mut paths) = mpsc::unbounded_channel();
        let changes = watch.changes(|paths| {
            told.send(paths.to_vec()).unwrap();
            std::future::ready(())
        });
        tokio::select! {
            biased;
            never = changes => match never {},
            paths = paths.recv() => {
                let expected = ["/app/code/one", "/app/code/two"].map(PathBuf::from);
                assert_eq!(paths.unwrap(), expected);
            }
            () = noisy => panic!("nothing was told until the noise was over"),
        }
    }
}
