//! A Runtime API that does what a test tells it to, down to the bytes, and notes what it is told.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is answered, as it should be.
    Whole(Response<Bytes>),
    /// It is answered, and the connection closed after that, as announced.
    Last(Response<Bytes>),
    /// It is answered with these bytes, whatever they are.
    Raw(Bytes),
    /// It is answered with these bytes, and the connection is closed.
    Broken(Bytes),
    /// It is answered one byte after the other.
    Dripped(Response<Bytes>, Duration),
    /// The connection is reset.
    Reset,
    /// It is never answered.
    Never,
    /// It waits first.
    After(Duration, Box<Answer>),
    /// Only this much of its body is read.
    Unread(usize, Box<Answer>),
}

impl Answer {
    pub fn status(status: u16) -> Self {
        let response = Response::builder().status(status);
        Answer::Whole(response.body(Bytes::from_static(b"no")).unwrap())
    }

    pub fn raw(text: &'static str) -> Self {
        Answer::Raw(text.into())
    }

    pub fn broken(text: &'static str) -> Self {
        Answer::Broken(text.into())
    }

    pub fn after(self, delay: Duration) -> Self {
        Answer::After(delay, self.into())
    }

    pub fn having_read(self, len: usize) -> Self {
        Answer::Unread(len, self.into())
    }
}

impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        Answer::Whole(response)
    }
}

/// An invocation, as `/next` answers.
pub fn invocation(id: &str, event: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", "1889000000000")
        .body(event.into())
        .expect("a response")
}

/// What the runtime asked, or posted.
#[derive(Clone, Debug, Default)]
pub struct Post {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The chunks of a body that came in chunks.
    pub chunks: Vec<Bytes>,
    pub trailers: HeaderMap,
    /// How much each read from the socket brought, head included.
    pub reads: Vec<usize>,
}

impl Post {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a post is JSON")
    }

    /// The last segments of the path: `r-1/response`.
    pub fn what(&self) -> &str {
        let prefix = "/2018-06-01/runtime/invocation/";
        self.path.strip_prefix(prefix).unwrap_or(&self.path)
    }

    /// The type and the message of an error.
    pub fn error(&self) -> (String, String) {
        let json = self.json();
        assert_eq!(json["stackTrace"], serde_json::json!([]));
        let kind = json["errorType"].as_str().unwrap().to_owned();
        assert_eq!(
            self.headers["lambda-runtime-function-error-type"],
            kind.as_str()
        );
        (kind, json["errorMessage"].as_str().unwrap().to_owned())
    }
}

/// The Runtime API of one test.
pub struct RuntimeApi {
    pub address: String,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    nexts: Mutex<VecDeque<Answer>>,
    posts: Mutex<VecDeque<Answer>>,
    gets: Mutex<VecDeque<Answer>>,
    seen: Mutex<Seen>,
    idle: Notify,
}

#[derive(Default)]
struct Seen {
    posts: Vec<Post>,
    gets: Vec<(String, Instant)>,
    connections: usize,
    waiting: usize,
}

impl RuntimeApi {
    /// Answers `/next` with each of these in turn, and then never again.
    pub async fn start<A: Into<Answer>>(nexts: impl IntoIterator<Item = A>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let script = Arc::new(Script {
            nexts: Mutex::new(nexts.into_iter().map(Into::into).collect()),
            ..Script::default()
        });
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.seen().connections += 1;
                let script = Arc::clone(&shared);
                tokio::spawn(Connection::new(stream, script).serve());
            }
        });
        RuntimeApi { address, script }
    }

    /// Answers posts with each of these in turn, and then with 202.
    pub fn on_posts<A: Into<Answer>>(self, answers: impl IntoIterator<Item = A>) -> Self {
        let answers = answers.into_iter().map(Into::into);
        self.script.posts.lock().unwrap().extend(answers);
        self
    }

    /// Answers what is asked besides `/next` with each of these in turn, and then never.
    pub fn on_gets<A: Into<Answer>>(self, answers: impl IntoIterator<Item = A>) -> Self {
        let answers = answers.into_iter().map(Into::into);
        self.script.gets.lock().unwrap().extend(answers);
        self
    }

    /// Waits until the runtime asks for more than there is.
    pub async fn posts(&self) -> Vec<Post> {
        self.posts_of(1).await
    }

    /// Waits until so many workers ask for more than there is.
    pub async fn posts_of(&self, workers: usize) -> Vec<Post> {
        let idle = async {
            while self.script.seen().waiting < workers {
                self.script.idle.notified().await;
            }
        };
        let waited = timeout(Duration::from_secs(60), idle).await;
        let posts = self.told();
        assert!(
            waited.is_ok(),
            "the runtime asks for no more; it posted {posts:?}"
        );
        posts
    }

    /// What has been posted so far.
    pub fn told(&self) -> Vec<Post> {
        self.script.seen().posts.clone()
    }

    /// What has been asked so far, and when.
    pub fn asked(&self) -> Vec<(String, Instant)> {
        self.script.seen().gets.clone()
    }

    pub fn connections(&self) -> usize {
        self.script.seen().connections
    }
}

impl Script {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn next(&self) -> Answer {
        let next = self.nexts.lock().unwrap().pop_front();
        next.unwrap_or_else(|| {
            self.seen().waiting += 1;
            self.idle.notify_one();
            Answer::Never
        })
    }
}

/// HTTP by hand, since a library speaks it too well.
struct Connection {
    stream: TcpStream,
    script: Arc<Script>,
    buffer: BytesMut,
    reads: Vec<usize>,
}

impl Connection {
    fn new(stream: TcpStream, script: Arc<Script>) -> Self {
        stream.set_nodelay(true).unwrap();
        Connection {
            stream,
            script,
            buffer: BytesMut::new(),
            reads: Vec::new(),
        }
    }

    async fn serve(mut self) -> io::Result<()> {
        loop {
            self.reads.clear();
            let head = match self.line_end(b"\r\n\r\n").await {
                Ok(head) => head,
                Err(_) if self.buffer.is_empty() => return Ok(()),
                Err(error) => return Err(error),
            };
            let head = String::from_utf8(head.to_vec()).unwrap();
            let mut lines = head.split("\r\n");
            let start: Vec<_> = lines.next().unwrap().split(' ').collect();
            let headers = headers(lines);
            let path = start[1].to_owned();
            let (is_get, is_next) = (start[0] == "GET", path.ends_with("/invocation/next"));
            let mut answer = if is_get {
                self.script.seen().gets.push((path.clone(), Instant::now()));
                if is_next {
                    self.script.next()
                } else {
                    let get = self.script.gets.lock().unwrap().pop_front();
                    get.unwrap_or(Answer::Never)
                }
            } else {
                let accepted = Response::builder().status(StatusCode::ACCEPTED);
                let post = self.script.posts.lock().unwrap().pop_front();
                post.unwrap_or_else(|| accepted.body(Bytes::new()).unwrap().into())
            };
            let mut post = Post {
                path,
                headers,
                ..Post::default()
            };
            if let Answer::Unread(len, then) = answer {
                while self.buffer.len() < len {
                    self.read().await?;
                }
                post.body = self.buffer.split().freeze();
                self.script.seen().posts.push(post);
                if !matches!(*then, Answer::Never) {
                    self.answer(*then).await?;
                }
                // No more is read, until the runtime goes away.
                let _ = self.stream.ready(tokio::io::Interest::ERROR).await;
                return Ok(());
            }
            self.read_body(&mut post).await?;
            post.reads = std::mem::take(&mut self.reads);
            if !is_get {
                self.script.seen().posts.push(post);
            }
            if let Answer::After(delay, then) = answer {
                sleep(delay).await;
                answer = *then;
            }
            self.answer(answer).await?;
        }
    }

    async fn answer(&mut self, answer: Answer) -> io::Result<()> {
        match answer {
            Answer::Whole(response) => self.stream.write_all(&bytes_of(&response)).await,
            Answer::Last(mut response) => {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert("connection", close);
                self.stream.write_all(&bytes_of(&response)).await?;
                self.close().await
            }
            Answer::Raw(bytes) => self.stream.write_all(&bytes).await,
            Answer::Broken(bytes) => {
                self.stream.write_all(&bytes).await?;
                self.close().await
            }
            Answer::Dripped(response, pause) => {
                for byte in bytes_of(&response).chunks(1) {
                    self.stream.write_all(byte).await?;
                    sleep(pause).await;
                }
                Ok(())
            }
            Answer::Reset => {
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Answer::Never => {
                // Until the runtime goes away.
                while self.read().await.is_ok() {}
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Answer::After(..) | Answer::Unread(..) => unreachable!("it was done before"),
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    async fn read_body(&mut self, post: &mut Post) -> io::Result<()> {
        if post.headers.contains_key("transfer-encoding") {
            loop {
                let size = self.line_end(b"\r\n").await?;
                let size = std::str::from_utf8(&size).unwrap();
                let size = usize::from_str_radix(size, 16).expect("a chunk's size");
                if size == 0 {
                    break;
                }
                post.chunks.push(self.take(size).await?);
                assert_eq!(self.take(2).await?, "\r\n");
            }
            loop {
                let line = self.line_end(b"\r\n").await?;
                if line.is_empty() {
                    break;
                }
                let line = String::from_utf8(line.to_vec()).unwrap();
                post.trailers.extend(headers([line.as_str()].into_iter()));
            }
            post.body = post.chunks.concat().into();
        } else if let Some(len) = post.headers.get("content-length") {
            let len = len.to_str().unwrap().parse().unwrap();
            post.body = self.take(len).await?;
        }
        Ok(())
    }

    async fn take(&mut self, len: usize) -> io::Result<Bytes> {
        while self.buffer.len() < len {
            self.read().await?;
        }
        Ok(self.buffer.split_to(len).freeze())
    }

    /// What comes before the mark.
    async fn line_end(&mut self, mark: &[u8]) -> io::Result<Bytes> {
        loop {
            let mut windows = self.buffer.windows(mark.len());
            if let Some(end) = windows.position(|window| window == mark) {
                let line = self.buffer.split_to(end).freeze();
                let _ = self.buffer.split_to(mark.len());
                return Ok(line);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        self.buffer.reserve(1 << 16);
        let read = self.stream.read_buf(&mut self.buffer).await?;
        self.reads.push(read);
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

fn headers<'l>(lines: impl Iterator<Item = &'l str>) -> HeaderMap {
    lines
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect()
}

fn bytes_of(response: &Response<Bytes>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend_from_slice(format!("{name}: ").as_bytes());
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    let len = response.body().len();
    bytes.extend_from_slice(format!("content-length: {len}\r\n\r\n").as_bytes());
    bytes.extend_from_slice(response.body());
    bytes
}
