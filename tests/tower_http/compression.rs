//! `CompressionLayer` and `RequestDecompressionLayer`: what is compressed is binary, and comes
//! through as it is.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Invocation, Lambda};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::compression::CompressionLayer;
use tower_http::decompression::{DecompressionLayer, RequestDecompressionLayer};

use super::answer::{Answer, Sent};
use super::doors::{answers, gateways};

const LINE: &str = "a line that is there again and again\n";
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04";

fn router() -> Router {
    let chunks = || async {
        let lines = std::iter::repeat_n(Ok::<_, Infallible>(LINE), 400);
        let body = Body::from_stream(futures_util::stream::iter(lines));
        ([(header::CONTENT_TYPE, "text/plain")], body)
    };
    let gif = || async { ([(header::CONTENT_TYPE, "image/gif")], GIF.repeat(20)) };
    let encoded = || async {
        let headers = [
            (header::CONTENT_TYPE, "text/plain"),
            (header::CONTENT_ENCODING, "gzip"),
        ];
        (headers, GIF.repeat(20))
    };
    let tagged = || async {
        (
            [(header::ETAG, "\"v1\""), (header::VARY, "origin")],
            LINE.repeat(400),
        )
    };
    Router::new()
        .route("/text", get(|| async { LINE.repeat(400) }))
        .route("/chunks", get(chunks))
        .route("/small", get(|| async { "small" }))
        .route("/gif", get(gif))
        .route("/encoded", get(encoded))
        .route("/tagged", get(tagged))
}

/// What a client makes of it that reads the encodings.
async fn decoded(answer: &Answer) -> Bytes {
    let mut response = Response::new(Full::new(answer.body.clone()));
    let encoding = answer.header(&header::CONTENT_ENCODING);
    if let (Ok(value), false) = (HeaderValue::from_str(encoding), encoding.is_empty()) {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, value);
    }
    let client = ServiceBuilder::new()
        .layer(DecompressionLayer::new())
        .service_fn(move |_: http::Request<()>| {
            std::future::ready(Ok::<_, Infallible>(response.clone()))
        });
    let response = client.oneshot(http::Request::new(())).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn responses_are_compressed_as_the_client_accepts() {
    let app = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .service(router());
    let text = LINE.repeat(400);
    let gif = GIF.repeat(20);
    // What is asked for, what is accepted, how it is encoded, and what it is.
    let cases: [(&str, &str, &str, &[u8]); 13] = [
        ("/text", "gzip", "gzip", text.as_bytes()),
        ("/text", "br", "br", text.as_bytes()),
        ("/text", "gzip;q=0.5, br", "br", text.as_bytes()),
        ("/text", "gzip, deflate, br;q=0", "gzip", text.as_bytes()),
        ("/text", "identity", "", text.as_bytes()),
        ("/text", "", "", text.as_bytes()),
        ("/chunks", "gzip", "gzip", text.as_bytes()),
        ("/chunks", "br", "br", text.as_bytes()),
        ("/chunks", "", "", text.as_bytes()),
        ("/small", "gzip", "", b"small"),
        ("/gif", "gzip", "", &gif),
        ("/tagged", "gzip", "gzip", text.as_bytes()),
        ("/none", "gzip", "", b""),
    ];
    let requests = cases.map(|(path, accepted, _, _)| match accepted {
        "" => Sent::get(path),
        accepted => Sent::get(path).header("accept-encoding", accepted),
    });
    let answers = answers(app, &requests).await;
    for ((path, accepted, encoding, body), answer) in cases.iter().zip(&answers) {
        let told = format!("{path}, accepted: {accepted}: {answer:?}");
        assert_eq!(
            answer.header(&header::CONTENT_ENCODING),
            *encoding,
            "{told}"
        );
        assert_eq!(decoded(answer).await, *body, "{told}");
        assert!(encoding.is_empty() || answer.body.len() < 1000, "{told}");
        let varies = answer.header(&header::VARY).contains("accept-encoding");
        assert_eq!(
            varies,
            matches!(*path, "/text" | "/chunks" | "/tagged"),
            "{told}"
        );
    }
    let vary = answers[11].header(&header::VARY);
    assert!(vary.contains("origin"), "{vary}");
}

#[tokio::test]
async fn heads_and_what_is_encoded_already_are_left() {
    let app = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .service(router());
    let requests = [
        Sent::head("/text").header("accept-encoding", "gzip"),
        Sent::head("/text"),
        Sent::head("/gif").header("accept-encoding", "gzip"),
        Sent::head("/chunks"),
        Sent::get("/encoded").header("accept-encoding", "br, gzip"),
        Sent::get("/gif").header("accept-encoding", "br"),
    ];
    let answers = answers(app, &requests).await;
    assert!(answers[..4].iter().all(|answer| answer.body.is_empty()));
    assert_eq!(answers[1].header(&header::CONTENT_LENGTH), "14800");
    assert_eq!(answers[2].header(&header::CONTENT_LENGTH), "440");
    assert_eq!(answers[4].header(&header::CONTENT_ENCODING), "gzip");
    assert_eq!(answers[4].body, GIF.repeat(20));
}

#[tokio::test]
async fn compressed_replies_are_base64() {
    for gateway in gateways()
        .into_iter()
        .filter(|gateway| !gateway.is_streaming())
    {
        let kind = gateway.kind();
        let app = ServiceBuilder::new()
            .layer(CompressionLayer::new())
            .service(router());
        let sent = Sent::get("/text").header("accept-encoding", "gzip");
        let event = gateway.render(&sent.request()).unwrap();
        let invocation = Invocation::new(event, Context::default());
        let reply = Lambda::new(app).oneshot(invocation).await.unwrap();
        let reply: serde_json::Value =
            serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
        assert_eq!(reply["isBase64Encoded"], true, "{kind}");
        let headers = reply
            .get("headers")
            .or(reply.get("multiValueHeaders"))
            .unwrap();
        let encoding = &headers["content-encoding"];
        let encoding = encoding.get(0).unwrap_or(encoding);
        assert_eq!(encoding, "gzip", "{kind}");
        assert!(headers.get("content-length").is_none(), "{kind}");
    }
}

/// Without binary media types, a REST API does not decode what is compressed: the client gets
/// base64 under the name of gzip. The local gateway shows it.
#[tokio::test]
async fn a_rest_api_needs_binary_media_types_to_compress() {
    let app = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .service(router());
    let gateway = Gateway::new(Kind::RestApi);
    let request = Sent::get("/text")
        .header("accept-encoding", "gzip")
        .request();
    let invocation = Invocation::new(gateway.render(&request).unwrap(), Context::default());
    let reply = Lambda::new(app).oneshot(invocation).await.unwrap();
    let reply = reply.into_bytes().unwrap();
    let response = gateway.parse(&request, &reply).unwrap();
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    assert!(response.body().starts_with(b"H4sI"), "{response:?}");
}

#[tokio::test]
async fn requests_are_decompressed() {
    let router = Router::new().route(
        "/",
        post(|body: String| async move { body.len().to_string() }),
    );
    let app = ServiceBuilder::new()
        // What other packages have tower-http do besides is not what is tested.
        .layer(RequestDecompressionLayer::new().no_deflate().no_zstd())
        .service(router);
    let compress = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .service(self::router());
    let request = Sent::get("/text")
        .header("accept-encoding", "gzip")
        .request();
    let compressed = compress.oneshot(request.map(Body::from)).await.unwrap();
    let compressed = compressed.into_body().collect().await.unwrap().to_bytes();
    let post = |encoding: &str, body: Bytes| {
        Sent::new(Method::POST, "/")
            .header("content-type", "text/plain")
            .header("content-encoding", encoding)
            .body(body)
    };
    let requests = [
        post("gzip", compressed),
        post("identity", Bytes::from_static(b"plain")),
        post("zstd", Bytes::from_static(b"(\xb5/\xfd\0")),
    ];
    let answers = answers(app, &requests).await;
    assert_eq!((answers[0].text(), answers[1].text()), ("14800", "5"));
    assert_eq!(answers[2].status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answers[2].header(&header::ACCEPT_ENCODING), "gzip,br");
}
