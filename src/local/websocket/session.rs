//! A connection, from its opening to its end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::call::{end, message};
use super::connections::{Open, Outgoing};
use super::ending::Ending;
use crate::local::server::Desk;

// The limits of WebSocket APIs ([source][quotas]), sizes in bytes.
//
// [quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
pub(super) const MAX_MESSAGE: usize = 128 << 10;
const MAX_FRAME: usize = 32 << 10;
const MAX_IDLE: Duration = Duration::from_secs(10 * 60);
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// How many messages of one connection may be with the function before no more are read.
const MAX_CALLS: usize = 256;

/// How long a client has to answer the closing.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Session {
    desk: Desk,
    open: Arc<Open>,
    queue: mpsc::Receiver<Outgoing>,
    upgrade: OnUpgrade,
}

type Sink<S> = SplitSink<WebSocketStream<S>, Message>;
type Stream<S> = SplitStream<WebSocketStream<S>>;

impl Session {
    pub(super) fn new(
        desk: Desk,
        open: Arc<Open>,
        queue: mpsc::Receiver<Outgoing>,
        upgrade: OnUpgrade,
    ) -> Self {
        Session {
            desk,
            open,
            queue,
            upgrade,
        }
    }

    /// Serves the connection until it ends, and the function has been told so.
    pub(super) async fn run(self) {
        let Session {
            desk,
            open,
            queue,
            upgrade,
        } = self;
        let mut calls = JoinSet::new();
        match upgrade.await {
            Ok(upgraded) => talk(&desk, &open, queue, TokioIo::new(upgraded), &mut calls).await,
            // The client did not wait for the function's consent.
            Err(_) => end(&desk, &open, &Ending::lost()).await,
        }
        while calls.join_next().await.is_some() {}
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    desk: &Desk,
    open: &Arc<Open>,
    mut queue: mpsc::Receiver<Outgoing>,
    stream: S,
    calls: &mut JoinSet<()>,
) {
    let config = WebSocketConfig::default()
        .read_buffer_size(8 << 10)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_FRAME));
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    let (mut sink, mut stream) = socket.split();
    let ending = tokio::select! {
        ending = read(desk, open, &mut stream, calls) => ending,
        ending = write(open, &mut queue, &mut sink) => ending,
        () = overdue(open) => Ending::deleted(),
        () = idle(open) => Ending::going_away(),
        () = sleep(MAX_AGE) => Ending::going_away(),
    };
    // Whoever posts from now on is told that it is gone.
    drop(queue);
    tokio::join!(end(desk, open, &ending), hang_up(&ending, sink, stream));
}

/// Takes messages in. The function may be busy with any number of them at once, so that a slow one
/// holds up none.
async fn read<S: AsyncRead + AsyncWrite + Unpin>(
    desk: &Desk,
    open: &Arc<Open>,
    stream: &mut Stream<S>,
    calls: &mut JoinSet<()>,
) -> Ending {
    while let Some(received) = stream.next().await {
        open.touch();
        match received {
            Ok(Message::Text(text)) => {
                while calls.try_join_next().is_some() {}
                if calls.len() >= MAX_CALLS {
                    calls.join_next().await;
                }
                calls.spawn(message(desk.clone(), Arc::clone(open), text));
            }
            Ok(Message::Binary(_)) => return Ending::binary(),
            Ok(Message::Close(frame)) => return Ending::by_client(frame),
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Err(error) => return Ending::of(&error),
        }
    }
    Ending::lost()
}

/// Sends what is posted.
async fn write<S: AsyncRead + AsyncWrite + Unpin>(
    open: &Open,
    queue: &mut mpsc::Receiver<Outgoing>,
    sink: &mut Sink<S>,
) -> Ending {
    while let Some(Outgoing::Text(text)) = queue.recv().await {
        if sink.send(Message::Text(text)).await.is_err() {
            return Ending::lost();
        }
        open.touch();
    }
    Ending::deleted()
}

/// Waits for a client that is to be closed, and does not read what comes before that.
async fn overdue(open: &Open) {
    open.stopped().await;
    sleep(FAREWELL).await;
}

/// Waits until nothing has gone in or out for too long.
async fn idle(open: &Open) {
    loop {
        let end = open.begun + open.last_active() + MAX_IDLE;
        sleep_until(end).await;
        if open.begun + open.last_active() + MAX_IDLE <= end {
            return;
        }
    }
}

/// Closes the connection, if the client has not, and waits for the client to go.
async fn hang_up<S: AsyncRead + AsyncWrite + Unpin>(
    ending: &Ending,
    mut sink: Sink<S>,
    mut stream: Stream<S>,
) {
    let farewell = async {
        if let Some(frame) = ending.frame() {
            // A client that is gone needs no farewell.
            let _ = sink.send(Message::Close(Some(frame))).await;
        }
        while let Some(Ok(_)) = stream.next().await {}
        if let Ok(socket) = sink.reunite(stream) {
            let mut socket = socket.into_inner();
            let _ = socket.shutdown().await;
            // A socket that is closed over what it has not read is reset, and the client may not
            // see why.
            let mut rest = vec![0; 8 << 10];
            while socket.read(&mut rest).await.is_ok_and(|len| len > 0) {}
        }
    };
    // A client that does not answer has been told.
    let _ = timeout(FAREWELL, farewell).await;
}

#[cfg(test)]
mod tests {
    use http::Request;
    use tokio::time::Instant;

    use super::*;
    use crate::local::arrival::Arrival;
    use crate::local::gateway::Connection;
    use crate::local::websocket::Connections;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_ten_minutes_after_it_was_last_active() {
        let arrival = Arrival::default();
        let connection = Connection::new(&Request::new(()), &arrival);
        let (open, _queue) = Connections::default().open(connection, &arrival);
        let begun = Instant::now();
        let used = async {
            for _ in 0..3 {
                sleep(Duration::from_secs(9 * 60)).await;
                open.touch();
            }
        };
        tokio::join!(idle(&open), used);
        assert_eq!(begun.elapsed().as_secs(), (3 * 9 + 10) * 60);
    }
}
