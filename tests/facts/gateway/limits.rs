//! How much each gateway takes.

use std::time::Duration;

use liftgate::local::{Cause, Gateway, Kind};

use super::{refusal, refused, sent};
use crate::support::get;

#[test]
fn bodies() {
    let taken = |kind, len: usize| {
        let body = vec![b'a'; len];
        let headers = [("content-type", "text/plain")];
        let event = Gateway::new(kind).render(&sent("POST", "/", &headers, &body));
        event.map(drop).map_err(|failure| failure.cause())
    };
    let mb = 1 << 20;
    assert_eq!(taken(Kind::Alb, mb), Ok(()));
    assert_eq!(taken(Kind::Alb, mb + 1), Err(Cause::RequestTooLarge));
    for kind in [Kind::RestApi, Kind::HttpApi] {
        assert_eq!(taken(kind, 5 * mb), Ok(()));
        assert_eq!(taken(kind, 6 * mb), Err(Cause::EventTooLarge));
        assert_eq!(taken(kind, 10 * mb), Err(Cause::EventTooLarge));
        assert_eq!(taken(kind, 10 * mb + 1), Err(Cause::RequestTooLarge));
    }
    for kind in [Kind::FunctionUrl, Kind::Lattice] {
        assert_eq!(taken(kind, 6 * mb + 1), Err(Cause::RequestTooLarge));
    }
    assert_eq!(taken(Kind::WebSocket, 128 << 10), Ok(()));
    assert_eq!(
        taken(Kind::WebSocket, (128 << 10) + 1),
        Err(Cause::RequestTooLarge)
    );
}

#[test]
fn base64_counts() {
    let body = vec![0xff; 5 << 20];
    let request = sent("POST", "/", &[], &body);
    let gateway = Gateway::new(Kind::HttpApi);
    assert_eq!(refusal(&gateway, &request), Cause::EventTooLarge);
}

#[test]
fn heads() {
    let long = "x".repeat(10_300);
    let request = sent("GET", "/", &[("x", &long)], b"");
    for kind in [Kind::RestApi, Kind::HttpApi, Kind::HttpApiV1] {
        assert_eq!(
            refusal(&Gateway::new(kind), &request),
            Cause::HeadersTooLarge
        );
    }
    for kind in [Kind::FunctionUrl, Kind::Alb, Kind::Lattice] {
        assert!(Gateway::new(kind).render(&request).is_ok());
    }
}

#[test]
fn replies() {
    let reply = |len: usize| format!(r#"{{"statusCode":200,"body":"{}"}}"#, "x".repeat(len));
    for kind in Kind::ALL {
        let max = match kind {
            Kind::Alb | Kind::AlbMultiValue => 1 << 20,
            _ => 6_291_556,
        };
        let gateway = Gateway::new(kind);
        assert_eq!(gateway.max_reply(), max);
        let empty = reply(0).len();
        assert!(
            gateway
                .parse(&crate::support::get(), reply(max - empty).as_bytes())
                .is_ok()
        );
        let failure = refused(&gateway, &reply(max - empty + 1));
        assert_eq!(failure.cause(), Cause::ReplyTooLarge, "{kind}");
    }
    let streaming = Gateway::new(Kind::FunctionUrl).streaming(true);
    assert_eq!(streaming.max_reply(), 200 << 20);
}

#[test]
fn timeouts() {
    let seconds = |kind| Gateway::new(kind).timeout_or_default().as_secs();
    assert_eq!((seconds(Kind::RestApi), seconds(Kind::HttpApi)), (29, 30));
    assert_eq!((seconds(Kind::FunctionUrl), seconds(Kind::Alb)), (900, 900));
    let set = Gateway::new(Kind::Alb).timeout(Duration::from_secs(3));
    assert_eq!(set.timeout_or_default().as_secs(), 3);
}

/// A map of headers panics where there are too many for it, and comparing all with all takes ages.
#[test]
fn more_headers_than_a_map_holds_are_refused() {
    let names = |member: &str, value: &str| {
        let headers = (0..100_000).map(|number| format!(r#""x{number}":{value}"#));
        let headers = headers.collect::<Vec<_>>().join(",");
        format!(r#"{{"statusCode":200,"{member}":{{{headers}}}}}"#)
    };
    let cookies = vec![r#""a=1""#; 100_000].join(",");
    let replies = [
        names("headers", r#""1""#),
        names("multiValueHeaders", r#"["1"]"#),
        format!(r#"{{"statusCode":200,"multiValueHeaders":{{"set-cookie":[{cookies}]}}}}"#),
        format!(r#"{{"statusCode":200,"cookies":[{cookies}]}}"#),
    ];
    for kind in Kind::ALL {
        let gateway = Gateway::new(kind);
        for reply in &replies {
            let begun = std::time::Instant::now();
            let event = gateway.render(&get()).unwrap();
            gateway.warnings(&get(), &event, Some(reply.as_bytes()));
            if let Err(failure) = gateway.parse(&get(), reply.as_bytes()) {
                assert_ne!(failure.cause(), Cause::BadRequest, "{kind}");
            }
            let taken = begun.elapsed();
            assert!(taken < Duration::from_secs(5), "{kind}: {taken:?}");
        }
    }
}
