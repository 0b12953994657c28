use bytes::Bytes;
use example_answers::{Answer, Asked, Body};
use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use salvo::http::ResBody;
use salvo::{Depot, FlowCtrl, Handler, Request, Response, async_trait};

/// Takes a request of any method apart, and answers by a function.
pub(crate) struct By<A>(pub(crate) A);

#[async_trait]
impl<A, F> Handler for By<A>
where
    A: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send,
{
    async fn handle(
        &self,
        request: &mut Request,
        _: &mut Depot,
        response: &mut Response,
        _: &mut FlowCtrl,
    ) {
        match asked(request).await {
            Ok(asked) => {
                let is_head = *request.method() == Method::HEAD;
                write(response, (self.0)(asked).await, is_head);
            }
            Err(error) => {
                response.status_code(StatusCode::BAD_REQUEST);
                response.render(error);
            }
        }
    }
}

/// The request as the answers take it.
async fn asked(asked: &mut Request) -> Result<Asked, String> {
    let parameter = asked.params().values().next().cloned();
    // Without salvo's limit: the gateway has one, and the body is in memory already.
    let body = asked.take_body().collect().await;
    let body = body.map_err(|error| error.to_string())?;
    // Not taken away: hoops may read the rest after the handler.
    let mut request = http::Request::<Bytes>::new(body.to_bytes());
    *request.method_mut() = asked.method().clone();
    *request.uri_mut() = asked.uri().clone();
    *request.version_mut() = asked.version();
    *request.headers_mut() = asked.headers().clone();
    *request.extensions_mut() = asked.extensions().clone();
    Ok(Asked {
        request,
        parameter: parameter.unwrap_or_default(),
    })
}

/// The response as salvo takes it.
fn write(response: &mut Response, answer: Answer, is_head: bool) {
    let (mut parts, body) = answer.into_parts();
    if let (true, Body::Whole(bytes)) = (is_head, &body) {
        // Salvo takes the body away, and says nothing of its length.
        let length = parts.headers.entry(CONTENT_LENGTH);
        length.or_insert(bytes.len().into());
    }
    response.status_code(parts.status);
    response.headers_mut().extend(parts.headers);
    response.body(match body {
        // Not `None`, which would be a failure without a page.
        Body::Whole(bytes) => ResBody::Once(bytes),
        Body::Stream(chunks) => ResBody::stream(chunks),
    });
}
