//! A Runtime API that says what a test tells it to, and notes what it is told.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The Runtime API of one test.
pub struct RuntimeApi {
    pub address: String,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    nexts: Mutex<VecDeque<Response<Bytes>>>,
    statuses: Mutex<VecDeque<StatusCode>>,
    posts: Mutex<Vec<Post>>,
    connections: Mutex<usize>,
    requests: Mutex<usize>,
    closes: bool,
    lost: Mutex<usize>,
    idle: Notify,
}

/// What the runtime posted.
#[derive(Clone, Debug)]
pub struct Post {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Post {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a post is JSON")
    }
}

/// An invocation, as `/next` answers.
pub fn invocation(id: &str, event: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", "1789000000000")
        .body(event.into())
        .expect("a response")
}

impl RuntimeApi {
    /// Answers `/next` with each of these in turn, and then never again.
    pub async fn start(nexts: impl IntoIterator<Item = Response<Bytes>>) -> Self {
        Self::start_with(nexts, [], false).await
    }

    /// And posts with each of these, then with 202; `closes` the connection after each answer.
    pub async fn start_with(
        nexts: impl IntoIterator<Item = Response<Bytes>>,
        statuses: impl IntoIterator<Item = StatusCode>,
        closes: bool,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let script = Arc::new(Script {
            nexts: Mutex::new(nexts.into_iter().collect()),
            statuses: Mutex::new(statuses.into_iter().collect()),
            closes,
            ..Script::default()
        });
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *shared.connections.lock().unwrap() += 1;
                let script = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&script), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        RuntimeApi { address, script }
    }

    /// Reads this many posts without an answer, and closes their connections.
    pub fn lose(&self, posts: usize) {
        *self.script.lost.lock().unwrap() = posts;
    }

    /// Waits until the runtime asks for more than there is.
    pub async fn posts(&self) -> Vec<Post> {
        let idle = self.script.idle.notified();
        let limit = std::time::Duration::from_secs(20);
        let waited = tokio::time::timeout(limit, idle).await;
        let posts = self.script.posts.lock().unwrap().clone();
        assert!(
            waited.is_ok(),
            "the runtime asks for no more; it posted {posts:?}"
        );
        posts
    }

    pub fn connections(&self) -> usize {
        *self.script.connections.lock().unwrap()
    }

    pub fn requests(&self) -> usize {
        *self.script.requests.lock().unwrap()
    }
}

async fn answer(
    script: Arc<Script>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    *script.requests.lock().unwrap() += 1;
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a whole request").to_bytes();
    let mut response = if parts.method == Method::GET {
        let next = script.nexts.lock().unwrap().pop_front();
        match next {
            Some(next) => next.map(Full::new),
            None => {
                script.idle.notify_one();
                std::future::pending().await
            }
        }
    } else {
        {
            let mut lost = script.lost.lock().unwrap();
            if *lost > 0 {
                *lost -= 1;
                return Err(io::Error::other("lost"));
            }
        }
        let path = parts.uri.path().to_owned();
        let headers = parts.headers;
        script.posts.lock().unwrap().push(Post {
            path,
            headers,
            body,
        });
        let status = script.statuses.lock().unwrap().pop_front();
        let mut response = Response::new(Full::default());
        *response.status_mut() = status.unwrap_or(StatusCode::ACCEPTED);
        response
    };
    if script.closes {
        let close = http::HeaderValue::from_static("close");
        response.headers_mut().insert("connection", close);
    }
    Ok(response)
}
