use std::thread;
use std::time::Duration;

use http::Request;
use liftgate_process::Forward;
use tokio::time::sleep;

use crate::support::app::{App, Connection, ok};
use crate::support::program::Socket;
use crate::support::{call, get, until};

/// The incumbent fails 78 of 400 calls to such an app.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_closes_right_after_its_answer_fails_no_call_that_may_be_repeated() {
    for (pause, method) in [0, 50, 200, 500]
        .into_iter()
        .flat_map(|us| [(us, "GET"), (us, "POST")])
    {
        let app = App::serving(move |mut connection| async move {
            connection.request().await;
            connection.write(ok("hello")).await;
            // No timer is that exact.
            let pause = Duration::from_micros(pause);
            tokio::task::spawn_blocking(move || thread::sleep(pause))
                .await
                .unwrap();
        })
        .await;
        let mut forward = Forward::new(&app.config(&[]));
        let mut failed = 0;
        for index in 0..400 {
            let request = Request::builder().method(method).body("body").unwrap();
            match call(&mut forward, request).await {
                Ok(answered) => assert_eq!(answered.body(), "hello"),
                // The first of them, by which it is known that the app does so.
                Err(_) if method == "POST" && failed == 0 => failed = 1,
                Err(error) => panic!("{method} {index} after {pause} µs: {error:#}"),
            }
        }
        // None came to it twice.
        assert_eq!(app.asked().len(), 400 - failed);
    }
}

#[tokio::test]
async fn one_that_was_closed_meanwhile_is_not_used() {
    for method in ["GET", "POST"] {
        let app = App::serving(|mut connection| async move {
            connection.request().await;
            connection.write(ok("hello")).await;
        })
        .await;
        let mut forward = Forward::new(&app.config(&[]));
        for calls in 1..=3 {
            let request = Request::builder().method(method).body("body").unwrap();
            call(&mut forward, request).await.unwrap();
            until("the app has closed it", || app.closed() == calls).await;
        }
        assert_eq!(app.asked().len(), 3);
    }
}

#[tokio::test]
async fn one_on_which_the_app_speaks_unasked_is_not_used() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        connection.write(ok("hello")).await;
        if connection.index == 0 {
            connection
                .write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 5\r\n\r\nwrong")
                .await;
        }
        while connection.request().await.is_some() {
            connection.write(ok("hello")).await;
        }
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    for method in ["GET", "POST"] {
        let request = Request::builder().method(method).body("").unwrap();
        let answered = call(&mut forward, request).await.unwrap();
        assert_eq!(
            (answered.status().as_u16(), &answered.body()[..]),
            (200, &b"hello"[..])
        );
    }
}

/// An app that reads a request and closes the connection, from the second request on each.
async fn reader() -> App {
    App::serving(|mut connection| async move {
        if connection.index == 0 {
            connection.request().await;
            connection.write(ok("hello")).await;
        }
        connection.request().await;
    })
    .await
}

#[tokio::test]
async fn what_the_app_has_read_is_sent_again_if_that_changes_nothing() {
    for (method, times) in [
        ("GET", 2),
        ("HEAD", 2),
        ("PUT", 2),
        ("DELETE", 2),
        ("OPTIONS", 2),
        ("POST", 1),
        ("PATCH", 1),
    ] {
        let app = reader().await;
        let mut forward = Forward::new(&app.config(&[]));
        call(&mut forward, get("/first")).await.unwrap();
        let request = Request::builder()
            .method(method)
            .uri("/second")
            .body("body")
            .unwrap();
        let error = call(&mut forward, request).await.unwrap_err();
        let message = "the app closed the connection without an answer";
        assert_eq!(error.to_string(), message);
        let asked = app.asked();
        let seconds: Vec<_> = asked
            .iter()
            .filter(|asked| asked.target == "/second")
            .collect();
        assert_eq!(seconds.len(), times, "{method}");
        for second in seconds {
            assert_eq!(
                (second.method.as_str(), &second.body[..]),
                (method, &b"body"[..])
            );
        }
    }
}

#[tokio::test]
async fn what_the_app_has_begun_to_answer_is_not_sent_again() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        connection.write(ok("hello")).await;
        connection.request().await;
        connection.write("HTTP/1.1 200 OK\r\nx-").await;
        connection.reset();
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    call(&mut forward, get("/")).await.unwrap();
    let request = Request::post("/").body("body").unwrap();
    call(&mut forward, request).await.unwrap_err();
    assert_eq!(app.asked().len(), 2);
}

#[tokio::test]
async fn a_reset_does_not_say_that_nothing_was_read() {
    for (method, times) in [("GET", 2), ("POST", 1)] {
        let app = App::serving(|mut connection| async move {
            if connection.index == 0 {
                connection.request().await;
                connection.write(ok("hello")).await;
            }
            connection.request().await;
            connection.reset();
        })
        .await;
        let mut forward = Forward::new(&app.config(&[]));
        call(&mut forward, get("/")).await.unwrap();
        let request = Request::builder().method(method).body("body").unwrap();
        let error = call(&mut forward, request).await.unwrap_err();
        assert!(format!("{error:#}").contains("reset"), "{error:#}");
        assert_eq!(app.asked().len(), 1 + times, "{method}");
    }
}

#[tokio::test]
async fn what_may_have_been_read_in_part_is_not_sent_again() {
    let socket = Socket::new();
    let serve = |mut connection: Connection| async move {
        if connection.index == 0 {
            connection.request().await;
            connection.write(ok("hello")).await;
            return connection.begin(2000).await;
        }
        connection.request().await;
        connection.write(ok("again")).await;
    };
    for app in [
        App::serving(serve).await,
        App::serving_at(&socket.0, serve).await,
    ] {
        let mut forward = Forward::new(&app.config(&[]));
        call(&mut forward, get("/")).await.unwrap();
        let request = Request::post("/").body("x".repeat(100_000)).unwrap();
        call(&mut forward, request).await.unwrap_err();
        assert_eq!(app.connections(), 1);
    }
}

#[tokio::test]
async fn what_an_app_on_a_unix_socket_leaves_unread_is_not_sent_again() {
    let socket = Socket::new();
    let app = App::serving_at(&socket.0, |mut connection| async move {
        connection.request().await;
        connection.write(ok("hello")).await;
        // Whatever comes meanwhile: nobody tells here how much of it was read.
        sleep(Duration::from_millis(20)).await;
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    let post = || Request::post("/").body("body").unwrap();
    call(&mut forward, post()).await.unwrap();
    call(&mut forward, post()).await.unwrap_err();
    // What was kept is not relied on any more.
    for _ in 0..3 {
        assert_eq!(call(&mut forward, post()).await.unwrap().body(), "hello");
    }
    assert_eq!(app.asked().len(), 4);
}

#[tokio::test]
async fn a_second_try_is_as_good_as_the_first() {
    let app = App::serving(|mut connection| async move {
        if connection.index == 0 {
            connection.request().await;
            connection.write(ok("hello")).await;
            connection.request().await;
            return connection.reset();
        }
        while connection.request().await.is_some() {
            connection.write(ok("again")).await;
        }
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    call(&mut forward, get("/")).await.unwrap();
    assert_eq!(call(&mut forward, get("/")).await.unwrap().body(), "again");
    assert_eq!(app.asked().len(), 3);
}

#[tokio::test]
async fn nobody_listens() {
    let app = App::answering([ok("hello")]).await;
    let mut config = app.config(&[]);
    config.address = liftgate_process::Address::Tcp(vec![([127, 0, 0, 1], 1).into()]);
    let mut forward = Forward::new(&config);
    let error = call(&mut forward, get("/")).await.unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.starts_with("cannot connect to the app at 127.0.0.1:1: "),
        "{message}"
    );
}
