//! Bodies, piece by piece.

use std::time::{Duration, Instant};

use http::Request;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tower_service::Service as _;

use crate::app::rocket;

async fn get(uri: &str) -> liftgate_rocket::Body {
    let mut service = liftgate_rocket::service(rocket()).await.unwrap();
    let request = Request::get(uri).body(liftgate::Body::empty()).unwrap();
    service.call(request).await.unwrap().into_body()
}

async fn pieces(mut body: liftgate_rocket::Body) -> Vec<usize> {
    let mut pieces = vec![];
    while let Some(frame) = body.frame().await {
        pieces.push(frame.unwrap().into_data().unwrap().len());
    }
    assert!(body.is_end_stream());
    pieces
}

#[tokio::test]
async fn a_body_with_a_size_says_it_and_comes_in_few_pieces() {
    for (uri, expected) in [
        ("/text", vec![4]),
        ("/unseekable", vec![6]),
        ("/over", vec![2]),
        ("/nothing", vec![]),
        ("/long", vec![1 << 20, 1 << 20, 3_000_000 - (2 << 20)]),
    ] {
        let body = get(uri).await;
        let size = expected.iter().sum::<usize>() as u64;
        assert_eq!(body.size_hint().exact(), Some(size), "{uri}");
        assert_eq!(pieces(body).await, expected, "{uri}");
    }
}

#[tokio::test]
async fn a_stream_comes_as_it_is_made() {
    let mut body = get("/stream/3").await;
    assert_eq!(body.size_hint().exact(), None);
    for i in 0..3 {
        let begun = Instant::now();
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), format!("chunk {i}\n"));
        assert!(begun.elapsed() >= Duration::from_millis(15));
    }
    assert!(body.frame().await.is_none());
    // As much at once as Rocket says, and never two of the app's chunks.
    let pieces = pieces(get("/bytes").await).await;
    assert_eq!(pieces.iter().sum::<usize>(), 15_000);
    assert_eq!(pieces[..2], [4096, 904]);
    assert!(pieces.iter().all(|piece| *piece <= 4096), "{pieces:?}");
}

#[tokio::test]
async fn a_body_that_is_too_short_is_an_error() {
    let mut body = get("/short").await;
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "short");
    assert_eq!(body.size_hint().exact(), Some(5));
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn what_http_does_not_allow_is_an_error_of_the_service() {
    let mut service = liftgate_rocket::service(rocket()).await.unwrap();
    for (uri, reason) in [
        ("/bad-name", "invalid HTTP header name"),
        ("/bad-value", "failed to parse header value"),
        ("/given/1000", "invalid status code"),
    ] {
        let request = Request::get(uri).body(liftgate::Body::empty()).unwrap();
        let error = service.call(request).await.unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}
