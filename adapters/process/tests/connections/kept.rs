use std::sync::Arc;
use std::time::Duration;

use liftgate_process::Forward;
use rustix::process::{Signal, kill_process};
use tokio::net::TcpSocket;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::support::app::{App, ok, response};
use crate::support::program::{Program, Socket, pid};
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
async fn what_the_app_keeps_for_no_time_is_not_used_again() {
    let timeout = |seconds| response("200 OK", &[seconds], "hello");
    let app = App::answering([timeout("keep-alive: timeout=0, max=100")]).await;
    assert_eq!(connections_of(&app, &[], 5).await, 5);
    let app = App::answering([timeout("keep-alive: timeout=60")]).await;
    assert_eq!(connections_of(&app, &[], 5).await, 1);
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

/// A freeze of the environment stops all clocks but that on the wall; here, it is the app that is
/// stopped, and what it would have closed is closed when it goes on.
#[tokio::test]
async fn an_app_that_stood_still_answers_when_it_goes_on() {
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
