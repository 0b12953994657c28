//! Lambda's [Runtime API][api] on loopback, for one environment: this program, or another that
//! is given the address.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

mod closing;
mod extensions;
mod invocations;
mod receive;
mod routes;
mod taken;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::failure::Failure;
use super::function::{Answer, Call, Function, Invoking};
use extensions::Extensions;
use invocations::Invocations;

/// The Runtime API of one environment, with the part of the [Extensions API][extensions] that
/// tells of invocations and of the shutdown.
///
/// It hands out the events that it is [called](Function::invoke) with, first come, first
/// served, to as many pollers as the program has. Dropped, it closes all connections.
///
/// [extensions]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
///
/// # Examples
///
/// ```
/// use liftgate::Runtime;
/// use liftgate::local::{Call, Function, FunctionReply, RuntimeApi};
///
/// # async fn app(_: http::Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// #     Ok(http::Response::new("hello world".to_owned()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let api = RuntimeApi::bind().await?;
/// let runtime = Runtime::new().runtime_api(api.address().to_string());
/// tokio::spawn(runtime.run(tower::service_fn(app)));
/// let event = r#"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#;
/// let answer = api.invoke(Call::new(event)).await?;
/// let FunctionReply::Whole(reply) = answer.reply else { panic!("it does not stream") };
/// assert!(reply.starts_with(br#"{"statusCode":200"#));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    invocations: Invocations,
    extensions: Extensions,
}

impl RuntimeApi {
    /// A Runtime API at a port of this machine that is free.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub async fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            invocations: Invocations::default(),
            extensions: Extensions::default(),
        });
        let accepting = tokio::spawn(routes::serve(listener, Arc::clone(&state)));
        Ok(RuntimeApi {
            address,
            state,
            accepting,
        })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` is to be.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the program asks for its first event, or says why it cannot.
    ///
    /// # Errors
    ///
    /// What it said, or what [`fail`](Self::fail) was given.
    pub async fn ready(&self) -> Result<(), Failure> {
        self.state.invocations.ready().await
    }

    /// How many invocations have not ended; one that is streamed ends with its stream.
    pub fn in_flight(&self) -> usize {
        self.state.invocations.in_flight()
    }

    /// Waits until every invocation has ended.
    pub async fn drained(&self) {
        self.state.invocations.drained().await;
    }

    /// The id of the invocation that the program works at, if it is one alone. Until the program
    /// asks for the next, it may still have something to say of it.
    pub fn running(&self) -> Option<String> {
        self.state.invocations.running()
    }

    /// Waits until an invocation is past the deadline that the program was told. Gives its id, and
    /// how long it had from when the program took it.
    pub async fn overdue(&self) -> (String, Duration) {
        self.state.invocations.overdue().await
    }

    /// Takes back the invocations that no program has taken yet.
    pub fn take_waiting(&self) -> Vec<Waiting> {
        self.state.invocations.take_waiting()
    }

    /// Ends every invocation, and those to come, since the program has gone.
    pub fn fail(&self, failure: Failure) {
        self.state.invocations.fail(failure);
    }

    /// Whether an extension has registered, so that the program is told of the shutdown by
    /// `SIGTERM`.
    pub fn has_extension(&self) -> bool {
        !self.state.extensions.is_empty()
    }

    /// Tells the extensions that the environment ends. Gives how long the program has between
    /// `SIGTERM` and `SIGKILL`: no time where no extension has registered, and then no `SIGTERM`
    /// either ([source][shutdown]).
    ///
    /// [shutdown]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
    pub fn shut_down(&self) -> Duration {
        self.state.extensions.shut_down()
    }

    /// Has an invocation that was taken back from another environment answered here.
    pub fn invoke_waiting(&self, waiting: Waiting) {
        self.state.extensions.invoked(&waiting.call);
        self.state.invocations.push(waiting);
    }
}

pub use invocations::Waiting;
pub(super) use receive::PRELUDE_END;

impl Function for RuntimeApi {
    fn invoke(&self, call: Call) -> Invoking<'_> {
        let (waiting, answer) = Waiting::new(call);
        self.invoke_waiting(waiting);
        Box::pin(answer)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Waiting {
    /// An invocation that waits for an environment, and its answer.
    pub fn new(
        call: Call,
    ) -> (
        Self,
        impl Future<Output = Result<Answer, Failure>> + Send + use<>,
    ) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let waiting = Waiting { call, sender };
        let answer = async {
            let gone = |_| Err(invocations::gone());
            receiver.await.unwrap_or_else(gone)
        };
        (waiting, answer)
    }

    /// Ends the invocation, since no environment will take it.
    pub fn fail(self, failure: Failure) {
        // The caller may have gone.
        let _ = self.sender.send(Err(failure));
    }
}
