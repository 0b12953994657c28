//! A network that forgets its connections, as a NAT does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    port: u16,
    connections: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
    forgotten: watch::Sender<()>,
}

impl Proxy {
    /// Passes on what comes, to a port of this machine.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicU32::new(0));
        let asked = Arc::new(AtomicU32::new(0));
        let (forgotten, _) = watch::channel(());
        let (count, forget) = (Arc::clone(&connections), forgotten.clone());
        let in_vain = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let mut forgotten = forget.subscribe();
                let asked = Arc::clone(&in_vain);
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = forgotten.changed() => {
                            let mut kind = [0];
                            if client.read(&mut kind).await.is_ok_and(|n| n > 0) && kind != *b"X" {
                                asked.fetch_add(1, Ordering::Relaxed);
                            }
                            // Neither end is told.
                            std::future::pending().await
                        }
                    }
                });
            }
        });
        Proxy {
            port,
            connections,
            asked,
            forgotten,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections there have been.
    pub fn connections(&self) -> u32 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many forgotten connections were asked something, and not only told that it is over.
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Passes nothing on any more, of the connections that there are.
    pub fn forget(&self) {
        self.forgotten.send_replace(());
    }
}
