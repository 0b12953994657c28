//! Responses that stream.

use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, error, rt::time::sleep};
use futures_util::{StreamExt as _, stream::iter};
use http_body_util::BodyExt as _;
use liftgate_actix_web::service;

use crate::support::{event, reply};

#[actix_web::test]
async fn chunks_come_as_they_are_made() {
    let app = App::new().default_service(web::to(async || {
        let chunks = iter(0..3).then(async |number| {
            sleep(Duration::from_millis(1)).await;
            Ok::<_, error::Error>(Bytes::from(format!("data: {number}\n\n")))
        });
        HttpResponse::Ok()
            .content_type("text/event-stream")
            .streaming(chunks)
    }));
    let mut reply = reply(service(app), event("/"), true).await.unwrap();
    assert!(reply.is_streaming());
    let mut frames = Vec::new();
    while let Some(frame) = reply.frame().await {
        frames.push(frame.unwrap().into_data().unwrap());
    }
    let prelude =
        br#"{"statusCode":200,"headers":{"content-type":"text/event-stream"},"cookies":[]}"#;
    assert_eq!(frames[0], &prelude[..]);
    assert_eq!(frames[1], &[0; 8][..]);
    assert_eq!(frames[2..], ["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"]);
}

#[actix_web::test]
async fn an_error_in_the_middle_reaches_lambda() {
    let app = App::new().default_service(web::to(async || {
        HttpResponse::Ok().streaming(iter([
            Ok(Bytes::from_static(b"first")),
            Err(error::ErrorBadGateway("the source dried up")),
        ]))
    }));
    let reply = reply(service(app), event("/"), true).await.unwrap();
    let collected = reply.collect().await.unwrap();
    let trailers = collected.trailers().unwrap();
    assert_eq!(
        trailers["lambda-runtime-function-error-type"],
        "Liftgate.BodyError"
    );
    assert!(collected.to_bytes().ends_with(b"\0first"));
}
