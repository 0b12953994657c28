//! The program: from the start of the app to its end, and what comes between.

mod deaths;
mod first_process;
mod shutdown;
mod start;

use crate::support::event;
use crate::support::program::registered;
use crate::support::runtime_api::{Post, RuntimeApi, invocation};

/// Invocations for these paths, one after the other.
async fn api_of(paths: &[&str]) -> RuntimeApi {
    let paths = paths.iter().enumerate();
    let nexts = paths.map(|(index, path)| invocation(&format!("r-{}", index + 1), event(path)));
    RuntimeApi::start(nexts).await.on_posts([registered()])
}

/// What was posted to invocations, if there is so much.
fn posts_to<'p>(posts: &'p [Post], whats: &[&str]) -> Vec<&'p Post> {
    let posts: Vec<_> = posts
        .iter()
        .filter(|post| post.path.contains("/invocation/"))
        .collect();
    let found: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(found, whats);
    posts
}

/// The process that has answered.
fn pid_of(post: &Post) -> u32 {
    post.json()["body"].as_str().unwrap().parse().unwrap()
}

/// Whether a process still does something.
fn lives(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}
