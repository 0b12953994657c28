use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Which of two futures was done first.
pub(super) enum Race<A, B> {
    First(A),
    Second(B),
}

/// Waits for one of two futures; for the first, if both are ready.
pub(super) async fn race<A: Future, B: Future>(first: A, second: B) -> Race<A::Output, B::Output> {
    let mut first = pin!(first);
    let mut second = pin!(second);
    poll_fn(|cx| {
        if let Poll::Ready(output) = first.as_mut().poll(cx) {
            return Poll::Ready(Race::First(output));
        }
        second.as_mut().poll(cx).map(Race::Second)
    })
    .await
}
