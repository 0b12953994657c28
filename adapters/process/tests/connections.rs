//! Connections to the app: kept, dropped, and closed by the other side.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http::Request;
use liftgate_process::Forward;
use tokio::net::TcpSocket;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::support::app::{App, ok, response};
use crate::support::program::{Program, Socket};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};
use crate::support::{call, event, get, posts, until};

/// Asks one by one, and counts the connections that it took.
async fn connections_of(app: &App, vars: &[(&str, &str)], calls: usize) -> usize {
    let mut forward = Forward::new(&app.config(vars));
    for _ in 0..calls {
        let answered = call(&mut forward, get("/")).await.unwrap();
        assert_eq!(answered.body(), "hello");
    }
    assert_eq!(app.asked().len(), calls);
    app.connections()
}

#[tokio::test]
async fn one_is_kept_for_all_calls() {
    let app = App::answering([ok("hello")]).await;
    assert_eq!(connections_of(&app, &[], 50).await, 1);
}

#[tokio::test]
async fn a_unix_socket_does_as_well() {
    let socket = Socket::new();
    let app = App::serving_at(&socket.0, |mut connection| async move {
        while connection.request().await.is_some() {
            connection.write(ok("hello")).await;
        }
    })
    .await;
    assert_eq!(connections_of(&app, &[], 50).await, 1);
    let post = &posts(app.config(&[]), [invocation("r-1", event("/"))]).await[0];
    assert_eq!(post.json()["body"], "hello");
}

#[tokio::test]
async fn an_app_may_listen_on_ipv6_alone() {
    // Nobody listens at the port's other address.
    let other = TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = other.local_addr().unwrap().port();
    let app = App::serving_on(&format!("[::1]:{port}"), |mut connection| async move {
        while connection.request().await.is_some() {
            connection.write(ok("hello")).await;
        }
    })
    .await;
    let post = &posts(app.config(&[]), [invocation("r-1", event("/"))]).await[0];
    assert_eq!(post.json()["body"], "hello");
}

#[tokio::test]
async fn none_is_kept_if_none_is_wanted() {
    let app = App::answering([ok("hello")]).await;
    let vars = [("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "0")];
    assert_eq!(connections_of(&app, &vars, 5).await, 5);
}

#[tokio::test]
async fn what_the_app_announces_to_close_is_not_used_again() {
    let app = App::answering([response("200 OK", &["connection: close"], "hello")]).await;
    assert_eq!(connections_of(&app, &[], 5).await, 5);
}

#[tokio::test]
async fn it_is_not_kept_for_longer_than_it_may_be() {
    let app = App::answering([ok("hello")]).await;
    let vars = [("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "0.05")];
    let mut forward = Forward::new(&app.config(&vars));
    call(&mut forward, get("/")).await.unwrap();
    sleep(Duration::from_millis(60)).await;
    call(&mut forward, get("/")).await.unwrap();
    assert_eq!(app.connections(), 2);
}

#[tokio::test]
async fn close_closes_what_is_kept_and_what_is_in_use_after_its_use() {
    let app = App::answering([ok("hello")]).await;
    let mut forward = Forward::new(&app.config(&[]));
    call(&mut forward, get("/")).await.unwrap();
    forward.close();
    until("the app sees it closed", || app.closed() == 1).await;
    call(&mut forward, get("/")).await.unwrap();
    assert_eq!(app.connections(), 2);

    let (reached, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (at, then) = (Arc::clone(&reached), Arc::clone(&go_on));
    let app = App::serving(move |mut connection| {
        let (reached, go_on) = (Arc::clone(&at), Arc::clone(&then));
        async move {
            while connection.request().await.is_some() {
                reached.notify_one();
                go_on.notified().await;
                connection.write(ok("hello")).await;
            }
        }
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    let closing = forward.clone();
    let close = async {
        reached.notified().await;
        closing.close();
        go_on.notify_one();
    };
    let (answered, ()) = tokio::join!(call(&mut forward, get("/")), close);
    assert_eq!(answered.unwrap().body(), "hello");
    until("the app sees it closed", || app.closed() == 1).await;
}

/// The incumbent fails 78 of 400 calls to such an app.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_closes_right_after_its_answer_fails_no_call() {
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
        for index in 0..400 {
            let request = Request::builder().method(method).body("body").unwrap();
            let answered = call(&mut forward, request).await;
            let answered = answered
                .unwrap_or_else(|error| panic!("{method} {index} after {pause} µs: {error:#}"));
            assert_eq!(answered.body(), "hello");
        }
        // None came to it twice.
        assert_eq!(app.asked().len(), 400);
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
async fn what_was_not_read_on_a_unix_socket_is_sent_again() {
    let socket = Socket::new();
    let app = App::serving_at(&socket.0, |mut connection| async move {
        connection.request().await;
        connection.write(ok("hello")).await;
        // Whatever comes meanwhile.
        sleep(Duration::from_millis(20)).await;
    })
    .await;
    let mut forward = Forward::new(&app.config(&[]));
    for _ in 0..5 {
        let request = Request::post("/").body("body").unwrap();
        assert_eq!(call(&mut forward, request).await.unwrap().body(), "hello");
    }
    assert_eq!(app.asked().len(), 5);
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

/// A freeze of the environment stops all clocks but that on the wall; here, it is the app that is
/// stopped, and what it would have closed is closed when it goes on.
#[tokio::test]
async fn an_app_that_stood_still_answers_when_it_goes_on() {
    use rustix::process::{Signal, kill_process};

    use crate::support::program::pid;

    let nexts = [
        Answer::from(invocation("r-1", event("/"))),
        Answer::from(invocation("r-2", event("/"))).after(Duration::from_millis(300)),
        Answer::from(invocation("r-3", event("/"))),
    ];
    let api = RuntimeApi::start(nexts).await;
    let vars = [("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "0.1")];
    let _program = Program::start(&api, &[], &vars);
    until("the first answer", || {
        api.told().iter().any(|post| post.what() == "r-1/response")
    })
    .await;
    let answered = api
        .told()
        .into_iter()
        .find(|post| post.what() == "r-1/response")
        .unwrap();
    let app = pid(answered.json()["body"].as_str().unwrap().parse().unwrap());
    kill_process(app, Signal::STOP).unwrap();
    sleep(Duration::from_millis(400)).await;
    kill_process(app, Signal::CONT).unwrap();
    let whats: Vec<_> = api
        .posts()
        .await
        .iter()
        .map(|post| post.what().to_owned())
        .collect();
    assert_eq!(whats[1..], ["r-1/response", "r-2/response", "r-3/response"]);
}
