//! An app that does what a test tells it to, down to the bytes, and notes what it is asked.

mod connection;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::{Bytes, BytesMut};
use liftgate_process::Config;
use tokio::net::{TcpListener, UnixListener};

pub use self::connection::{Connection, Stream};

/// What the app was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which connection it came by, from 0.
    pub connection: usize,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
}

impl Asked {
    /// The values of a header, in order.
    pub fn values(&self, name: &str) -> Vec<String> {
        let of_name = self.headers.iter().filter(|(known, _)| known == name);
        of_name
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    /// All headers as lines, in the order of their names.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
            .collect();
        lines.sort();
        lines
    }
}

/// The app of one test.
pub struct App {
    vars: Vec<(&'static str, String)>,
    noted: Arc<Mutex<Noted>>,
}

#[derive(Default)]
struct Noted {
    asked: Vec<Asked>,
    connections: usize,
    closed: usize,
}

impl App {
    /// Answers each request with each of these in turn, and from then on with the last.
    pub async fn answering<A: AsRef<[u8]>>(answers: impl IntoIterator<Item = A>) -> Self {
        let answers = answers.into_iter().map(|answer| answer.as_ref().to_vec());
        let answers: Arc<[Vec<u8>]> = answers.collect();
        let turn = Arc::new(Mutex::new(0));
        App::serving(move |mut connection| {
            let (answers, turn) = (Arc::clone(&answers), Arc::clone(&turn));
            async move {
                while connection.request().await.is_some() {
                    let index = {
                        let mut turn = turn.lock().unwrap();
                        *turn += 1;
                        (*turn - 1).min(answers.len() - 1)
                    };
                    connection.write(&answers[index]).await;
                }
            }
        })
        .await
    }

    /// Serves each connection so.
    pub async fn serving<F, S>(serve: F) -> Self
    where
        F: Fn(Connection) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        App::serving_on("127.0.0.1:0", serve).await
    }

    /// Serves each connection to this address so.
    pub async fn serving_on<F, S>(address: &str, serve: F) -> Self
    where
        F: Fn(Connection) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let app = App::at(vec![("AWS_LWA_PORT", port)]);
        let (noted, serve) = (Arc::clone(&app.noted), Arc::new(serve));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                serve_one(&noted, stream, &serve);
            }
        });
        app
    }

    /// Serves each connection to a Unix socket so.
    pub async fn serving_at<F, S>(path: &Path, serve: F) -> Self
    where
        F: Fn(Connection) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = UnixListener::bind(path).unwrap();
        let app = App::at(vec![("LIFTGATE_SOCKET", path.to_str().unwrap().to_owned())]);
        let (noted, serve) = (Arc::clone(&app.noted), Arc::new(serve));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve_one(&noted, stream, &serve);
            }
        });
        app
    }

    fn at(vars: Vec<(&'static str, String)>) -> Self {
        let noted = Arc::default();
        App { vars, noted }
    }

    /// The port where it listens.
    pub fn port(&self) -> String {
        let (name, port) = &self.vars[0];
        assert_eq!(*name, "AWS_LWA_PORT");
        port.clone()
    }

    /// What it has been asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.noted).asked.clone()
    }

    /// How many connections it has been asked something by so far.
    pub fn connections(&self) -> usize {
        lock(&self.noted).connections
    }

    /// How many connections have been served to their end.
    pub fn closed(&self) -> usize {
        lock(&self.noted).closed
    }

    /// The configuration for this app, by the variables that a user would set.
    pub fn config(&self, vars: &[(&str, &str)]) -> Config {
        let of_app = self
            .vars
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let vars = of_app.chain(vars.iter().copied());
        Config::from_all(vars.map(|(name, value)| (name.into(), value.into()))).unwrap()
    }
}

/// Serves a connection, once there comes something: whether the app listens is asked without a word.
fn serve_one<F, S>(noted: &Arc<Mutex<Noted>>, stream: impl Stream, serve: &Arc<F>)
where
    F: Fn(Connection) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let (noted, serve) = (Arc::clone(noted), Arc::clone(serve));
    let mut connection = Connection {
        index: 0,
        stream: Box::new(stream),
        buffer: BytesMut::new(),
        noted: Arc::clone(&noted),
    };
    tokio::spawn(async move {
        if connection.read().await.is_err() {
            return;
        }
        connection.index = {
            let mut noted = lock(&noted);
            noted.connections += 1;
            noted.connections - 1
        };
        serve(connection).await;
        lock(&noted).closed += 1;
    });
}

fn lock(noted: &Mutex<Noted>) -> MutexGuard<'_, Noted> {
    noted.lock().unwrap()
}

/// A response with a body.
pub fn ok(body: &str) -> String {
    response("200 OK", &[], body)
}

/// A response with these lines in its head, and a length.
pub fn response(status: &str, lines: &[&str], body: &str) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let len = body.len();
    format!("HTTP/1.1 {status}\r\n{lines}content-length: {len}\r\n\r\n{body}")
}
