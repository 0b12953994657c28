use bytes::Bytes;
use example_answers::Asked;
use http::{HeaderMap, Method, Request, Uri};
use liftgate::{Context, Event};
use warp::path::FullPath;
use warp::{Filter, Rejection, any};

/// The request as the answers take it. Warp has no filter that gives all of it.
pub(crate) fn asked<P>(
    parameter: P,
) -> impl Filter<Extract = (Asked,), Error = Rejection> + Clone + Send + Sync
where
    P: Filter<Extract = (String,), Error = Rejection> + Clone + Send + Sync + 'static,
{
    let query = warp::query::raw().map(Some).or(any().map(|| None)).unify();
    let head = warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional())
        .and(warp::ext::optional());
    let request = head.and(warp::body::bytes()).map(request);
    let asked = |parameter, request| Asked { request, parameter };
    parameter.and(request).map(asked)
}

fn request(
    method: Method,
    path: FullPath,
    query: Option<String>,
    headers: HeaderMap,
    event: Option<Event>,
    context: Option<Context>,
    body: Bytes,
) -> Request<Bytes> {
    let target = match query {
        Some(query) => format!("{}?{query}", path.as_str()),
        None => path.as_str().to_owned(),
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    // It was one before warp took it apart.
    *request.uri_mut() = Uri::try_from(target).unwrap_or_default();
    *request.headers_mut() = headers;
    if let (Some(event), Some(context)) = (event, context) {
        request.extensions_mut().insert(event);
        request.extensions_mut().insert(context);
    }
    request
}
