//! The app served by hyper, and behind each local gateway: it sees the same requests, and its
//! clients get the same responses, but for what [`Change::ALL`] says of that gateway.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    missing_docs
)]

mod changes;
mod client;
mod doors;
mod requests;
mod seen;

use std::collections::HashSet;
use std::sync::Arc;

use changes::{VARYING, model_of, refusal};
use client::Client;
use liftgate::local::{Change, Gateway};
use requests::Sent;
use seen::{Got, Pairs};
use tokio::task::JoinSet;

/// How many differences are told of a gateway; more of them say no more.
const MAX_TOLD: usize = 3;

/// Changes that do not show: this app tells a header that is no UTF-8 as if it were Latin-1.
const UNSEEN: [&str; 1] = ["header-latin-1"];

#[test]
fn every_documented_change_is_modelled() {
    for change in Change::ALL {
        assert!(model_of(change.id).is_some(), "{} is not tested", change.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_change_what_they_are_documented_to_change() {
    let requests = requests::all();
    assert!(requests.len() >= 2000);
    let mut client = Client::connect(doors::plain().await).await;
    let mut plain = Vec::new();
    for sent in requests {
        let got = Got::of(client.send(&sent).await, &sent);
        plain.push((sent, got));
    }
    let plain = Arc::new(plain);
    let mut doors = JoinSet::new();
    for (name, gateway) in doors::gateways() {
        doors.spawn(differences(name, gateway, Arc::clone(&plain)));
    }
    let differences = doors.join_all().await.concat();
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// What comes through a gateway, and should not; and which of its changes never showed.
async fn differences(name: String, gateway: Gateway, plain: Arc<Vec<(Sent, Got)>>) -> Vec<String> {
    let (kind, is_streaming) = (gateway.kind(), gateway.is_streaming());
    let changes = Change::ALL.iter();
    let changes: Vec<_> = changes
        .filter(|change| change.kinds.contains(&kind))
        .collect();
    let mut client = Client::connect(doors::behind(gateway).await).await;
    let mut shown = HashSet::new();
    let mut differences = Vec::new();
    for (sent, plain) in plain.iter() {
        let response = client.send(sent).await;
        if let Some(id) = refusal(kind, sent) {
            assert_eq!(response.status(), 400, "{name}: {sent:?}");
            shown.insert(id);
            continue;
        }
        let mut expected = plain.clone();
        for change in &changes {
            let before = expected.clone();
            model_of(change.id).unwrap()(&mut expected, sent);
            if expected != before {
                shown.insert(change.id);
            }
        }
        // Nobody knows how long a stream will be.
        if is_streaming {
            seen::remove(&mut expected.headers, "content-length");
            seen::remove(&mut expected.headers, "x-amzn-remapped-content-length");
        }
        let got = blurred(Got::of(response, sent));
        let expected = blurred(expected).typed_as(&got);
        if got != expected && differences.len() < MAX_TOLD {
            differences.push(format!("{name}: {sent:?}\n{}", difference(&got, &expected)));
        }
    }
    let unseen = changes.iter().map(|change| change.id);
    let unseen = unseen.filter(|id| !shown.contains(id) && !UNSEEN.contains(id));
    differences.extend(unseen.map(|id| format!("{name}: {id} was not seen")));
    differences
}

/// Where two differ: the lines that only one of them has.
fn difference(got: &Got, expected: &Got) -> String {
    let (got, expected) = (format!("{got:#?}"), format!("{expected:#?}"));
    let only = |one: &str, other: &str, mark: &str| -> String {
        let is_new = |line: &&str| other.lines().all(|known| known != *line);
        let lines = one.lines().filter(is_new);
        lines.map(|line| format!("{mark} {line:.200}\n")).collect()
    };
    only(&got, &expected, "  is:") + &only(&expected, &got, " not:")
}

/// Without what differs from one request to the next.
fn blurred(mut got: Got) -> Got {
    blur(&mut got.headers);
    if let Some(seen) = got.seen() {
        blur(&mut seen.headers);
    }
    got
}

fn blur(headers: &mut Pairs) {
    for (name, value) in headers {
        if VARYING.contains(&name.as_str()) {
            *value = "*".into();
        }
    }
}
