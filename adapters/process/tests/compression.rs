//! Responses that are compressed on their way.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use liftgate::local::{Gateway, Kind};
use tokio::sync::Notify;
use tower_http::decompression::Decompression;
use tower_service::Service as _;

use crate::support::app::{App, ok, response};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};
use crate::support::{posted, running, streamed, through, until};

const ON: (&str, &str) = ("AWS_LWA_ENABLE_COMPRESSION", "true");
const STREAMING: (&str, &str) = ("AWS_LWA_INVOKE_MODE", "response_stream");

fn accepting(encodings: &str) -> Request<Bytes> {
    let request = Request::get("/").header("accept-encoding", encodings);
    request.body(Bytes::new()).unwrap()
}

fn text() -> String {
    "All work and no play makes Jack a dull boy. ".repeat(200)
}

fn page(lines: &[&str]) -> String {
    let lines: Vec<_> = ["content-type: text/html"]
        .iter()
        .chain(lines)
        .copied()
        .collect();
    response("200 OK", &lines, &text())
}

fn encoding(response: &Response<Bytes>) -> Option<&str> {
    let encoding = response.headers().get("content-encoding")?;
    Some(encoding.to_str().unwrap())
}

async fn decompressed(response: Response<Bytes>) -> Bytes {
    let given = tower::service_fn(move |_: Request<()>| {
        let response = response.clone().map(Full::new);
        async { Ok::<_, Infallible>(response) }
    });
    let answered = Decompression::new(given)
        .call(Request::new(()))
        .await
        .unwrap();
    answered.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn by_what_the_client_takes() {
    let app = App::answering([page(&[])]).await;
    let with_zstd = |expected| {
        if cfg!(feature = "zstd") {
            "zstd"
        } else {
            expected
        }
    };
    let cases = [("gzip", "gzip"), ("gzip;q=0.5, zstd", with_zstd("gzip"))];
    let br = cfg!(feature = "brotli").then_some(("br", "br"));
    let zstd = cfg!(feature = "zstd").then_some(("zstd", "zstd"));
    for (accepted, expected) in cases.into_iter().chain(br).chain(zstd) {
        let request = accepting(accepted);
        let gateway = Gateway::new(Kind::HttpApi);
        let response = through(&gateway, app.config(&[ON]), &request).await;
        assert_eq!(encoding(&response), Some(expected));
        let vary = response.headers()["vary"].to_str().unwrap().to_lowercase();
        assert!(vary.contains("accept-encoding"), "{vary}");
        assert!(response.body().len() < text().len() / 5);
        assert_eq!(decompressed(response).await, text());
    }
    for accepted in ["identity", "gzip;q=0", "compress"] {
        let gateway = Gateway::new(Kind::HttpApi);
        let response = through(&gateway, app.config(&[ON]), &accepting(accepted)).await;
        assert_eq!(encoding(&response), None);
        assert_eq!(response.body(), &text());
    }
}

#[tokio::test]
async fn only_if_it_is_asked_for_and_by_nothing_else() {
    let app = App::answering([page(&[])]).await;
    let gateway = Gateway::new(Kind::HttpApi);
    let response = through(&gateway, app.config(&[]), &accepting("gzip")).await;
    assert_eq!(encoding(&response), None);
    let vars = [ON, ("LIFTGATE_COMPRESSION", "gzip")];
    let response = through(&gateway, app.config(&vars), &accepting("zstd, gzip;q=0.1")).await;
    assert_eq!(encoding(&response), Some("gzip"));
    // The app gets to know what the client takes, all the same.
    assert_eq!(
        app.asked()[1].values("accept-encoding"),
        ["zstd, gzip;q=0.1"]
    );
}

#[tokio::test]
async fn what_is_compressed_is_not_compressed_again() {
    let gateway = Gateway::new(Kind::HttpApi);
    for lines in [
        &["content-encoding: gzip"][..],
        &["content-encoding: br"],
        &["content-type: image/png"],
        &["content-range: bytes 0-99/1000"],
        &[
            "cache-control: private",
            "cache-control: max-age=1, No-Transform",
        ],
    ] {
        let app = App::answering([response("200 OK", lines, &text())]).await;
        let response = through(&gateway, app.config(&[ON]), &accepting("gzip")).await;
        assert_eq!(response.body(), &text(), "{lines:?}");
    }
    let ranges = ["content-type: multipart/byteranges; boundary=x"];
    let app = App::answering([response("206 Partial Content", &ranges, &text())]).await;
    let response = through(&gateway, app.config(&[ON]), &accepting("gzip")).await;
    assert_eq!(response.body(), &text());
}

#[tokio::test]
async fn what_the_client_takes_of_the_app_s_alone_stays_the_app_s_answer() {
    let gateway = Gateway::new(Kind::HttpApi);
    for lines in [
        &["content-type: text/html", "content-encoding: deflate"][..],
        &["content-type: image/png"],
        &["content-type: text/html"],
    ] {
        let app = App::answering([response("201 Created", lines, &text())]).await;
        for accepted in ["deflate, *;q=0", "deflate, identity;q=0"] {
            let response = through(&gateway, app.config(&[ON]), &accepting(accepted)).await;
            assert_eq!(response.status(), 201, "{lines:?} {accepted}");
            assert_eq!(response.body(), &text());
        }
    }
}

#[tokio::test]
async fn a_tag_is_strong_only_if_the_bytes_are_the_app_s() {
    for (tag, compressed) in [("\"1\"", "W/\"1\""), ("W/\"2\"", "W/\"2\"")] {
        let line = format!("etag: {tag}");
        let app = App::answering([page(&[&line])]).await;
        for (accepted, expected) in [("gzip", compressed), ("identity", tag)] {
            let gateway = Gateway::new(Kind::HttpApi);
            let response = through(&gateway, app.config(&[ON]), &accepting(accepted)).await;
            assert_eq!(response.headers()["etag"], expected, "{accepted}");
        }
    }
}

#[tokio::test]
async fn only_where_the_gateway_delivers_it() {
    let app = App::answering([page(&[])]).await;
    let request = accepting("gzip");
    let plain = Gateway::new(Kind::RestApi);
    let response = through(&plain, app.config(&[ON]), &request).await;
    assert_eq!(encoding(&response), None);
    assert_eq!(response.body(), &text());
    let binary = Gateway::new(Kind::RestApi).binary_media_types(["*/*"]);
    let vars = [ON, ("LIFTGATE_REST_BINARY", "true")];
    let response = through(&binary, app.config(&vars), &request).await;
    assert_eq!(encoding(&response), Some("gzip"));
    assert_eq!(decompressed(response).await, text());
    for kind in [
        Kind::FunctionUrl,
        Kind::HttpApiV1,
        Kind::Alb,
        Kind::AlbMultiValue,
        Kind::Lattice,
    ] {
        let response = through(&Gateway::new(kind), app.config(&[ON]), &request).await;
        assert_eq!(encoding(&response), Some("gzip"), "{kind}");
        assert_eq!(decompressed(response).await, text(), "{kind}");
    }
    // Who sends an event reads JSON.
    let app = App::answering([ok(&format!("\"{}\"", text()))]).await;
    let post = posted(
        app.config(&[ON]),
        r#"{"Records":[{"eventSource":"aws:sqs"}]}"#,
    )
    .await;
    assert_eq!(post.json(), text());
}

#[tokio::test]
async fn streams_are_compressed_and_their_chunks_not_held_back() {
    let finish = Arc::new(Notify::new());
    let released = Arc::clone(&finish);
    let app = App::serving(move |mut connection| {
        let finish = Arc::clone(&released);
        async move {
            connection.request().await;
            let head = "content-type: text/html\r\ntransfer-encoding: chunked";
            connection
                .write(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n5\r\nfirst\r\n"))
                .await;
            finish.notified().await;
            connection.write("4\r\nlast\r\n0\r\n\r\n").await;
        }
    })
    .await;
    let event = Gateway::new(Kind::FunctionUrl)
        .render(&accepting("gzip"))
        .unwrap();
    let config = app.config(&[ON, STREAMING]);

    // All of it, first.
    finish.notify_one();
    let post = posted(config.clone(), event.clone()).await;
    let (prelude, body) = streamed(&post);
    assert_eq!(prelude["headers"]["content-encoding"], "gzip");
    let whole = Response::builder()
        .header("content-encoding", "gzip")
        .body(body.clone())
        .unwrap();
    assert_eq!(decompressed(whole).await, "firstlast");

    // What there is of it before the end is made says what the app has said.
    let nuls = post.body.len() - body.len();
    let api = RuntimeApi::start([invocation("r-1", event)]).await;
    let accepted = Response::builder().status(202).body(Bytes::new()).unwrap();
    let api = api.on_posts([Answer::from(accepted).having_read(nuls + 20)]);
    running(config, &api, async {
        until("the first chunk", || !api.told().is_empty()).await;
        let got = api.told()[0].body.clone();
        let nuls = got.windows(8).position(|window| window == [0; 8]).unwrap();
        // gzip's own head has 10 bytes, and what comes after them is the text.
        let sent = got.len() - nuls - 8;
        assert!(sent > 15, "{sent} bytes");
        assert_eq!(app.closed(), 1, "the app still speaks");
        finish.notify_one();
        until("the app has ended", || app.closed() == 2).await;
    })
    .await;
}

#[tokio::test]
async fn a_break_in_the_middle_is_no_end() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        let head = "content-type: text/html\r\ncontent-length: 10000";
        connection
            .write(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\nhalf"))
            .await;
    })
    .await;
    let event = Gateway::new(Kind::FunctionUrl)
        .render(&accepting("gzip"))
        .unwrap();
    let post = posted(app.config(&[ON, STREAMING]), event.clone()).await;
    assert!(
        post.trailers
            .contains_key("lambda-runtime-function-error-type"),
        "{post:?}"
    );
    let post = posted(app.config(&[ON]), event).await;
    assert_eq!(post.what(), "r-1/error");
    assert!(
        post.error().1.contains("the app's answer broke off"),
        "{post:?}"
    );
}
