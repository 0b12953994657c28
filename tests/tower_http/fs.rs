//! `ServeDir` and `ServeFile`: ranges, conditions, types and redirects.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use axum::Router;
use http::header::{self, HeaderName};
use http::{Method, StatusCode};
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};

use super::answer::{Answer, Sent};
use super::doors::answers;

/// A directory that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("liftgate-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("sub")).unwrap();
        let folder = Folder(path);
        folder.file("hello.txt", b"hello world");
        folder.file("page.html", "<p>größe</p>".as_bytes());
        folder.file("image.png", &binary());
        folder.file("sub/index.html", b"<p>sub</p>");
        folder.file("with space.txt", b"spaced");
        folder.file("script.js", b"let x = 1;");
        folder.file("script.js.gz", b"\x1f\x8b precompressed");
        folder.file("empty.txt", b"");
        folder
    }

    fn file(&self, name: &str, content: &[u8]) {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        file.set_modified(time).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// More than a chunk, and no UTF-8.
fn binary() -> Vec<u8> {
    (0..=255).cycle().take(100_000).collect()
}

const MODIFIED: &str = "Wed, 21 Oct 2015 07:28:00 GMT";
const EARLIER: &str = "Tue, 20 Oct 2015 07:28:00 GMT";

/// The answers of a directory, and of a file at `/file`.
async fn served(name: &str, requests: &[Sent]) -> Vec<Answer> {
    let folder = Folder::new(name);
    let router = Router::new()
        .route_service("/file", ServeFile::new(folder.0.join("image.png")))
        .fallback_service(ServeDir::new(&folder.0).precompressed_gzip());
    answers(ServiceBuilder::new().service(router), requests).await
}

fn assert_has(answer: &Answer, name: &HeaderName, value: &str) {
    assert_eq!(answer.header(name), value, "{answer:?}");
}

#[tokio::test]
async fn files_have_their_types_and_lengths() {
    let cases: [(&str, &str, &[u8]); 7] = [
        ("/hello.txt", "text/plain", b"hello world"),
        ("/page.html", "text/html", "<p>größe</p>".as_bytes()),
        ("/image.png", "image/png", &binary()),
        ("/file", "image/png", &binary()),
        ("/sub/", "text/html", b"<p>sub</p>"),
        ("/with%20space.txt", "text/plain", b"spaced"),
        ("/empty.txt", "text/plain", b""),
    ];
    let gets = cases.iter().map(|(path, _, _)| Sent::get(path));
    let heads = cases.iter().map(|(path, _, _)| Sent::head(path));
    let requests: Vec<_> = gets.chain(heads).collect();
    let answers = served("types", &requests).await;
    let (gets, heads) = answers.split_at(cases.len());
    for ((path, content_type, body), (get, head)) in cases.iter().zip(gets.iter().zip(heads)) {
        assert_eq!(get.status, StatusCode::OK, "{path}");
        assert_eq!(get.body, *body, "{path}");
        assert_has(get, &header::CONTENT_TYPE, content_type);
        assert_has(get, &header::LAST_MODIFIED, MODIFIED);
        assert_has(head, &header::CONTENT_LENGTH, &body.len().to_string());
        assert!(head.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn parts_of_files() {
    let binary = binary();
    // A range, where it lies, and what is there.
    let cases: [(&str, &str, &str, &[u8]); 6] = [
        ("/hello.txt", "bytes=0-4", "bytes 0-4/11", b"hello"),
        ("/hello.txt", "bytes=6-", "bytes 6-10/11", b"world"),
        ("/hello.txt", "bytes=-5", "bytes 6-10/11", b"world"),
        (
            "/image.png",
            "bytes=200-299",
            "bytes 200-299/100000",
            &binary[200..300],
        ),
        (
            "/image.png",
            "bytes=65000-99999",
            "bytes 65000-99999/100000",
            &binary[65_000..],
        ),
        ("/file", "bytes=0-127", "bytes 0-127/100000", &binary[..128]),
    ];
    let mut requests: Vec<_> = cases
        .iter()
        .map(|case| Sent::get(case.0).header("range", case.1))
        .collect();
    requests.push(Sent::get("/hello.txt").header("range", "bytes=20-30"));
    requests.push(Sent::get("/hello.txt").header("range", "bytes=0-1,4-5"));
    requests.push(Sent::get("/hello.txt").header("range", "lines=1"));
    requests.push(Sent::head("/hello.txt").header("range", "bytes=0-4"));
    let answers = served("ranges", &requests).await;
    for ((_, _, range, part), answer) in cases.iter().zip(&answers) {
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{answer:?}");
        assert_has(answer, &header::CONTENT_RANGE, range);
        assert_eq!(answer.body, *part, "{range}");
    }
    let refused = &answers[cases.len()];
    assert_eq!(refused.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_has(refused, &header::CONTENT_RANGE, "bytes */11");
    let head = answers.last().unwrap();
    assert_has(head, &header::CONTENT_LENGTH, "5");
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let tag = served("tag", &[Sent::get("/hello.txt")]).await[0]
        .header(&header::ETAG)
        .to_owned();
    let get = |name, value: &str| Sent::get("/hello.txt").header(name, value);
    let requests = [
        get("if-modified-since", MODIFIED),
        get("if-none-match", &tag),
        get("if-none-match", &format!("\"other\", {tag}")),
        Sent::head("/hello.txt").header("if-modified-since", MODIFIED),
        get("if-modified-since", EARLIER),
        get("if-none-match", "\"other\""),
        get("if-unmodified-since", MODIFIED),
        get("if-unmodified-since", EARLIER),
        get("if-match", "\"other\""),
    ];
    let answers = served("conditions", &requests).await;
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    assert_eq!(statuses, [304, 304, 304, 304, 200, 200, 200, 412, 412]);
    for answer in &answers[..4] {
        assert!(answer.body.is_empty(), "{answer:?}");
        assert_has(answer, &header::LAST_MODIFIED, MODIFIED);
    }
}

#[tokio::test]
async fn directories_redirect_and_the_rest_is_not_found() {
    let requests = [
        Sent::get("/sub"),
        Sent::get("/sub?a=1"),
        Sent::head("/sub"),
        Sent::get("/none.txt"),
        Sent::get("/hello.txt/"),
        Sent::get("/..%2f..%2fetc/passwd"),
        Sent::new(Method::POST, "/hello.txt").body("x"),
        Sent::get("/script.js").header("accept-encoding", "gzip"),
        Sent::get("/script.js"),
    ];
    let answers = served("redirects", &requests).await;
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    assert_eq!(statuses[..4], [307, 307, 307, 404]);
    assert_has(&answers[0], &header::LOCATION, "/sub/");
    assert_has(&answers[1], &header::LOCATION, "/sub/?a=1");
    assert_eq!(statuses[5], 404);
    assert_eq!(statuses[6], 405);
    assert_has(&answers[6], &header::ALLOW, "GET,HEAD");
    assert_has(&answers[7], &header::CONTENT_ENCODING, "gzip");
    assert_has(&answers[8], &header::CONTENT_ENCODING, "");
    assert_eq!(answers[8].body, "let x = 1;");
}
