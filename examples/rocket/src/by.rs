use std::io::{self, Cursor};

use example_answers::{Answer, Asked, Body};
use http::HeaderValue;
use rocket::data::ByteUnit;
use rocket::http::Status;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response};
use tokio_util::io::StreamReader;

/// Takes a request apart, and answers by a function.
#[derive(Clone)]
pub(crate) struct By<A>(pub(crate) A);

#[rocket::async_trait]
impl<A, F> Handler for By<A>
where
    A: Fn(Asked) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        match asked(request, data).await {
            Ok(asked) => Outcome::Success(response(self.0(asked).await)),
            Err(_) => Outcome::Error(Status::BadRequest),
        }
    }
}

async fn asked(request: &Request<'_>, data: Data<'_>) -> io::Result<Asked> {
    // Without a limit: the gateway has one, and the body is in memory already.
    let body = data.open(ByteUnit::max_value()).into_bytes().await?;
    let mut asked = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string());
    for header in request.headers().iter() {
        asked = asked.header(header.name.as_str(), &*header.value);
    }
    let body = body.into_inner().into();
    let mut asked = asked.body(body).map_err(io::Error::other)?;
    *asked.extensions_mut() = liftgate_rocket::extensions(request).clone();
    let parameter = request.routed_segment(1).unwrap_or_default();
    Ok(Asked {
        request: asked,
        parameter: parameter.to_owned(),
    })
}

fn response<'r>(answer: Answer) -> Response<'r> {
    let (parts, body) = answer.into_parts();
    let mut response = Response::build();
    response.status(Status::new(parts.status.as_u16()));
    for (name, value) in &parts.headers {
        response.raw_header_adjoin(name.to_string(), text(value));
    }
    match body {
        Body::Whole(bytes) => response.sized_body(bytes.len(), Cursor::new(bytes)),
        Body::Stream(chunks) => response.streamed_body(StreamReader::new(chunks)),
    };
    response.finalize()
}

/// A header's value in UTF-8, in which it may not be.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}
