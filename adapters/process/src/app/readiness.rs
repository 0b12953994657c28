use std::time::Duration;

use http::{Method, Request, Uri, header::HOST};
use tokio::time::{Instant, sleep, timeout};

use crate::forward::{Connection, host};
use crate::{Error, Readiness};

/// The pause between two tries is a part of the time that has passed, so that an app is found by that
/// part later than it might be.
struct Pace {
    part: u32,
    min: Duration,
    max: Duration,
}

/// A connection that is refused costs the app nothing.
const CONNECTING: Pace = Pace {
    part: 200,
    min: Duration::from_millis(1),
    max: Duration::from_millis(20),
};

/// What has to answer is kept from getting ready by it.
const ASKING: Pace = Pace {
    part: 20,
    min: Duration::from_millis(10),
    max: Duration::from_millis(100),
};

/// How long the app may take for an answer, before it is asked anew. Doubled each time.
const FIRST_TRY: Duration = Duration::from_secs(1);
const LONGEST_TRY: Duration = Duration::from_secs(16);

/// When the log is told that the app is waited for. Doubled each time.
const FIRST_NOTICE: Duration = Duration::from_secs(2);

const ELSEWHERE: &str = "AWS_LWA_PORT, AWS_LWA_HOST or LIFTGATE_SOCKET has to say where it listens";

/// Waits until the app listens, and answers as it should, if it is to be asked.
///
/// # Errors
///
/// If that takes longer than it may.
pub(crate) async fn wait_until_ready(readiness: &Readiness) -> Result<(), Error> {
    let begun = Instant::now();
    let mut notice = FIRST_NOTICE;
    let mut limit = FIRST_TRY.min(readiness.timeout.unwrap_or(FIRST_TRY));
    loop {
        let (error, pace) = match timeout(limit, ask(readiness)).await {
            Ok(Ok(None)) => return Ok(()),
            Ok(Ok(Some(refusal))) => (refusal, ASKING),
            Ok(Err(error)) => (error, CONNECTING),
            Err(_) => {
                let error = Error::new(format!("it gave no answer in {limit:?}"));
                limit = (limit * 2).min(LONGEST_TRY);
                (error, CONNECTING)
            }
        };
        let passed = begun.elapsed();
        if let Some(most) = readiness.timeout {
            if passed >= most {
                let message = format!("the app was not ready in {most:?}: {error:#}");
                return Err(Error::new(message));
            }
            limit = limit.min(most - passed);
        }
        if passed >= notice {
            notice *= 2;
            let seconds = passed.as_secs();
            tracing::warn!("the app is not ready after {seconds} s: {error:#}");
        }
        sleep((passed / pace.part).clamp(pace.min, pace.max)).await;
    }
}

/// Asks once. The app may answer that it is not ready.
async fn ask(readiness: &Readiness) -> Result<Option<Error>, Error> {
    let address = &readiness.address;
    let opened = Connection::open(address).await;
    let mut connection = opened.map_err(|error| {
        let error = Error::connect(address, error);
        Error::new(format!("{error:#}; {ELSEWHERE}"))
    })?;
    let Some(path) = &readiness.path else {
        return Ok(None);
    };
    let mut request = Request::new(liftgate::Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Uri::from(path.clone());
    request.headers_mut().insert(HOST, host(address));
    let sent = connection.send(request).await;
    let answer = sent.map_err(|failed| Error::no_answer(failed.error))?;
    if readiness.healthy.contains(answer.status()) {
        return Ok(None);
    }
    let (status, healthy) = (answer.status(), &readiness.healthy);
    // Its query may be a secret.
    let path = path.path();
    Ok(Some(Error::new(format!(
        "{path} answered {status}, and healthy is {healthy}"
    ))))
}
