use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use liftgate::{Error, Reply};
use pin_project_lite::pin_project;

use crate::adapter::BoxError;
use crate::answer::Answerer;

pin_project! {
    /// The future of an [`Adapter`](crate::Adapter): the service's, then the reply on its way, then
    /// what comes after it.
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        // Invariant: the answerer is there until the service has replied.
        Calling { #[pin] replied: F, answerer: Option<Answerer> },
        Answering { answered: Answered },
    }
}

type Answered = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<F> ResponseFuture<F> {
    pub(crate) fn calling(answerer: Answerer, replied: F) -> Self {
        let answerer = Some(answerer);
        let state = State::Calling { replied, answerer };
        ResponseFuture { state }
    }

    pub(crate) fn failed(answerer: Answerer, error: Arc<Error>) -> Self {
        let answered = Box::pin(async move { answerer.fail(&error).await });
        let state = State::Answering { answered };
        ResponseFuture { state }
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Reply<B>, Error>>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<(), lambda_runtime::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let answered = match state.as_mut().project() {
                StateProj::Calling { replied, answerer } => {
                    let replied = ready!(replied.poll(cx));
                    let Some(answerer) = answerer.take() else {
                        return Poll::Pending;
                    };
                    Box::pin(answerer.answer(replied))
                }
                StateProj::Answering { answered } => return answered.as_mut().poll(cx).map(Ok),
            };
            state.set(State::Answering { answered });
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
