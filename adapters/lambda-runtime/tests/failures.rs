//! Invocations that fail.

use crate::program::{Program, get};
use crate::runtime_api::invocation;

#[tokio::test]
async fn errors_and_panics_keep_their_names_and_the_next_invocation_is_served() {
    let cases = [
        (
            get("/panic"),
            "Liftgate.Panic",
            "the service panicked: /panic was asked for",
        ),
        (
            get("/fail"),
            "Liftgate.ServiceError",
            "the service failed: the database is away",
        ),
        (
            get("/break"),
            "Liftgate.BodyError",
            "the response's body failed: ",
        ),
        (get("/boom"), "Liftgate.Panic", "the second chunk"),
        ("{}".into(), "Liftgate.UnknownEvent", "unknown event: "),
        ("{\"version\":".into(), "Liftgate.InvalidEvent", "(byte 11)"),
        ("".into(), "Liftgate.InvalidEvent", "(byte 0)"),
    ];
    let nexts = cases
        .iter()
        .map(|(event, ..)| invocation("r-1", event.clone()));
    let nexts = nexts.chain([invocation("r-2", get("/hello"))]);
    let (posts, printed) = Program::start(nexts, &[]).await.end().await;
    for (post, (_, kind, message)) in posts.iter().zip(&cases) {
        assert_eq!(post.what(), "r-1/error");
        let (told, text) = post.error();
        assert_eq!(told, *kind);
        assert!(text.contains(message), "{text}");
        assert!(
            printed.contains(&format!("r-1 {kind}: {text}")),
            "{printed}"
        );
    }
    assert_eq!(posts.len(), cases.len() + 1);
    assert_eq!(posts[cases.len()].what(), "r-2/response");
}

#[tokio::test]
async fn a_service_that_is_not_ready_fails_one_invocation() {
    let nexts = ["/exhaust", "/hello", "/hello"].map(|path| invocation("r-1", get(path)));
    let (posts, _) = Program::start(nexts, &[]).await.end().await;
    let said: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(said, ["r-1/response", "r-1/error", "r-1/response"]);
    let message = "the service failed: all is exhausted";
    let expected = ("Liftgate.ServiceError".to_owned(), message.to_owned());
    assert_eq!(posts[1].error(), expected);
}
