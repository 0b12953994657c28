use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use std::{env, fmt};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tower_service::Service;

use super::Gateway;
use crate::body::Gather;
use crate::error::BoxError;
use crate::source::{HttpApi, Source};
use crate::{Body, Context, Error, Invocation, Lambda, Options};

const ADDRESS: &str = "127.0.0.1:9000";
/// What a function takes and gives at most, in bytes.
const MAX_PAYLOAD: usize = 6 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request, and where its response is waited for.
type Exchange = (Request<Bytes>, SocketAddr, oneshot::Sender<Response<Body>>);

/// Serves the app over HTTP, as an HTTP API in front of Lambda would, until Ctrl-C.
///
/// Requests are served one after the other, as they are in one Lambda environment.
pub(crate) async fn serve<S, B>(lambda: Lambda<S>) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let address = env::var("LIFTGATE_ADDR").ok();
    let address = address.filter(|address| !address.is_empty());
    let address = address.unwrap_or_else(|| ADDRESS.to_owned());
    let failed = |error| {
        let what = format!("cannot listen on {address} (LIFTGATE_ADDR sets another host:port)");
        Error::runtime_from(&what, error)
    };
    let listener = TcpListener::bind(&address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    let source = gateway_of(lambda.options());
    let gateway = match source.name() {
        "http_api" => "an HTTP API (payload format 2.0)",
        name => name,
    };
    say(format_args!(
        "liftgate: http://{local} is your app behind {gateway}; Ctrl-C ends it"
    ));
    let (sender, receiver) = mpsc::channel(1);
    tokio::select! {
        () = accept(listener, sender) => Ok(()),
        () = work(lambda, receiver, source, local.port()) => Ok(()),
        signal = tokio::signal::ctrl_c() => {
            signal.map_err(|error| Error::runtime_from("cannot wait for Ctrl-C", error))
        }
    }
}

/// The gateway to be: an HTTP API, or the first of those that the program accepts.
fn gateway_of(options: &Options) -> &'static dyn Source {
    let mut table = options.table().iter();
    let is_http_api = |source: &&&'static dyn Source| source.name() == HttpApi.name();
    match (options.only_source(), options.table().first()) {
        (Some(source), _) => source,
        (None, Some(first)) if !table.any(|source| is_http_api(&source)) => *first,
        _ => &HttpApi,
    }
}

async fn accept(listener: TcpListener, sender: mpsc::Sender<Exchange>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => drop(tokio::spawn(connection(stream, peer, sender.clone()))),
            // Too many open files, say: it passes.
            Err(error) => {
                say(format_args!(
                    "liftgate: cannot accept a connection: {error}"
                ));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, sender: mpsc::Sender<Exchange>) {
    // A delay is all that is lost without it.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: Request<Incoming>| exchange(request, peer, &sender));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // A client that went away, or spoke no HTTP, which hyper has answered.
    let _ = served.await;
}

async fn exchange(
    request: Request<Incoming>,
    peer: SocketAddr,
    sender: &mpsc::Sender<Exchange>,
) -> Result<Response<Body>, BoxError> {
    let (parts, mut body) = request.into_parts();
    let mut gathered = Gather::default();
    let mut len = 0;
    while let Some(frame) =
        std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx)).await
    {
        if let Ok(data) = frame?.into_data() {
            len += data.len();
            // A client that is still sending does not read, so the rest is taken in.
            if len <= MAX_PAYLOAD {
                gathered.push(data, || body.size_hint().lower());
            }
        }
    }
    if len > MAX_PAYLOAD {
        let text = "Request Entity Too Large";
        return Ok(message(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    let request = Request::from_parts(parts, gathered.into_bytes());
    let (reply, response) = oneshot::channel();
    sender.send((request, peer, reply)).await?;
    Ok(response.await?)
}

/// Serves one request after the other.
async fn work<S, B>(
    mut lambda: Lambda<S>,
    mut receiver: mpsc::Receiver<Exchange>,
    source: &'static dyn Source,
    port: u16,
) where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let mut gateway = Gateway::new(source);
    gateway.front.port = port;
    let mut count = 0_u64;
    while let Some((request, peer, sender)) = receiver.recv().await {
        count += 1;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        gateway.front.client_ip = peer.ip();
        gateway.front.time_ms = u64::try_from(now.as_millis()).unwrap_or_default();
        gateway.front.request_id = format!("{:08x}-0000-4000-8000-{count:012x}", now.as_secs());
        gateway.front.trace_id = format!("Root=1-{:08x}-{count:024x}", now.as_secs());
        let invocation = Invocation::new(gateway.render(&request), context(&gateway, now));
        let background = invocation.context().clone();
        let called = timeout(TIMEOUT, crate::runtime::call(&mut lambda, invocation)).await;
        let (method, uri) = (request.method(), request.uri());
        let response = match called {
            Ok(Ok(reply)) => match reply.into_bytes() {
                Ok(json) => gateway.parse(&json),
                Err(_) => Err(Error::runtime("a local gateway takes no streams")),
            },
            Ok(Err(error)) => Err(error),
            Err(_) => {
                say(format_args!(
                    "liftgate: {method} {uri}: no answer in {TIMEOUT:?}"
                ));
                let _ = sender.send(message(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Service Unavailable",
                ));
                continue;
            }
        };
        let response = response.unwrap_or_else(|error| {
            say(format_args!(
                "liftgate: {method} {uri}: {}: {error}",
                error.error_type()
            ));
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
                .map(Body::into_bytes)
        });
        let response = response.map(Body::from);
        // The client may have gone away meanwhile.
        let _ = sender.send(response);
        background.run_background().await;
    }
}

/// The headers that the Runtime API would send.
fn context(gateway: &Gateway, now: Duration) -> Context {
    let mut headers = HeaderMap::new();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:local";
    let deadline = (now + TIMEOUT).as_millis().to_string();
    let pairs = [
        (
            "lambda-runtime-aws-request-id",
            gateway.front.request_id.as_str(),
        ),
        ("lambda-runtime-deadline-ms", &deadline),
        ("lambda-runtime-invoked-function-arn", arn),
        ("lambda-runtime-trace-id", &gateway.front.trace_id),
    ];
    for (name, text) in pairs {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    }
    headers.into()
}

fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{{\"message\":\"{text}\"}}")));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn say(line: fmt::Arguments<'_>) {
    // Where the output is closed, there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Alb, FunctionUrl};

    #[test]
    fn it_is_a_gateway_that_the_program_accepts() {
        let name = |options: Options| gateway_of(&options).name();
        assert_eq!(name(Options::new()), "http_api");
        assert_eq!(name(Options::new().source(&Alb)), "alb");
        assert_eq!(
            name(Options::new().sources(&[&FunctionUrl, &Alb])),
            "function_url"
        );
        assert_eq!(name(Options::new().sources(&[&Alb, &HttpApi])), "http_api");
        assert_eq!(name(Options::new().sources(&[])), "http_api");
    }
}
