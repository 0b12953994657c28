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

use changes::{VARYING, is_refused_by_alb, model_of};
use client::Client;
use liftgate::local::{Change, Gateway, Kind};
use requests::Sent;
use seen::Got;

#[test]
fn every_documented_change_is_modelled() {
    for change in Change::ALL {
        assert!(model_of(change.id).is_some(), "{} is not tested", change.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_change_what_they_are_documented_to_change() {
    let requests = requests::all();
    let mut client = Client::connect(doors::plain().await).await;
    let mut plain = Vec::new();
    for sent in &requests {
        let response = client.send(sent).await;
        plain.push(Got::of(response, tells(sent)));
    }
    for (name, gateway) in doors::gateways() {
        let kind = gateway.kind();
        let mut client = Client::connect(doors::behind(gateway).await).await;
        let mut seen = HashSet::new();
        for (sent, plain) in requests.iter().zip(&plain) {
            let response = client.send(sent).await;
            if is_alb(kind) && is_refused_by_alb(sent) {
                assert_eq!(response.status(), 400, "{name}: {sent:?}");
                seen.insert("not-utf-8");
                continue;
            }
            let got = blurred(Got::of(response, tells(sent)));
            let mut expected = plain.clone();
            for change in Change::ALL
                .iter()
                .filter(|change| change.kinds.contains(&kind))
            {
                let before = expected.clone();
                model_of(change.id).unwrap()(&mut expected, sent);
                if expected != before {
                    seen.insert(change.id);
                }
            }
            let expected = blurred(expected);
            assert_eq!(got, expected, "\n{name}: {sent:?}");
        }
        for change in Change::ALL
            .iter()
            .filter(|change| change.kinds.contains(&kind))
        {
            let unseen = ["header-latin-1", "ids"];
            assert!(
                seen.contains(change.id) || unseen.contains(&change.id),
                "{name}: {} was not seen",
                change.id
            );
        }
    }
}

fn is_alb(kind: Kind) -> bool {
    matches!(kind, Kind::Alb | Kind::AlbMultiValue)
}

/// Whether the answer tells what the app saw.
fn tells(sent: &Sent) -> bool {
    sent.path().trim_start_matches('/').starts_with("anything")
}

/// Without what differs from one request to the next.
fn blurred(mut got: Got) -> Got {
    fn blur(headers: &mut seen::Pairs) {
        for (name, value) in headers {
            if VARYING.contains(&name.as_str()) || name.starts_with("x-amzn-tls-") {
                *value = "*".into();
            }
        }
    }
    blur(&mut got.headers);
    if let Some(seen) = got.seen() {
        blur(&mut seen.headers);
    }
    got
}

#[test]
fn there_are_requests_enough() {
    assert!(requests::COUNT >= 2000);
    let _: Vec<(String, Gateway)> = doors::gateways();
}
