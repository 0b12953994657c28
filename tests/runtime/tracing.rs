//! Spans and events: what any subscriber sees.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use liftgate::{Body, Context, Options, Runtime};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber, instrument::WithSubscriber as _};
use tracing_subscriber::layer::{Context as LayerContext, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::event;
use crate::support::runtime_api::{RuntimeApi, invocation};

type Fields = BTreeMap<String, String>;

/// Notes the fields of each span when it is closed, and each event with its span's request.
#[derive(Clone, Default)]
struct Notes {
    spans: Arc<Mutex<Vec<Fields>>>,
    events: Arc<Mutex<Vec<(Level, String)>>>,
}

struct Visitor<'f>(&'f mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> tracing_subscriber::Layer<S> for Notes {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: LayerContext<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Visitor(&mut fields));
        cx.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, cx: LayerContext<'_, S>) {
        let span = cx.span(id).unwrap();
        let mut extensions = span.extensions_mut();
        record.record(&mut Visitor(extensions.get_mut().unwrap()));
    }

    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        if event.metadata().target() == "liftgate" {
            let mut fields = Fields::new();
            event.record(&mut Visitor(&mut fields));
            let line = (*event.metadata().level(), format!("{fields:?}"));
            self.events.lock().unwrap().push(line);
        }
    }

    fn on_close(&self, id: Id, cx: LayerContext<'_, S>) {
        let span = cx.span(&id).unwrap();
        if span.name() == "invocation" {
            let fields = span.extensions_mut().remove().unwrap();
            self.spans.lock().unwrap().push(fields);
        }
    }
}

fn full(id: &str, event: String) -> Response<bytes::Bytes> {
    let mut next = invocation(id, event);
    let headers = next.headers_mut();
    headers.insert(
        "lambda-runtime-trace-id",
        "Root=1-5759e988".parse().unwrap(),
    );
    headers.insert("lambda-runtime-aws-tenant-id", "blue".parse().unwrap());
    next
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn each_invocation_has_a_span_that_is_closed_before_it_is_flushed() {
    let nexts = [
        full("r-1", event("/a b")),
        full("r-2", event("/panic")),
        invocation("r-3", r#"{"version":"#),
    ];
    let api = RuntimeApi::start(nexts).await;
    let notes = Notes::default();
    let closed = Arc::new(Mutex::new(Vec::new()));
    let (spans, flushed) = (Arc::clone(&notes.spans), Arc::clone(&closed));
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .after_invocation(move || {
            flushed.lock().unwrap().push(spans.lock().unwrap().len());
            std::future::ready(())
        });
    let subscriber = tracing_subscriber::registry().with(notes.clone());
    let running = runtime.run(tower::service_fn(super::app));
    tokio::spawn(running.with_subscriber(subscriber));
    assert_eq!(api.posts().await.len(), 3);
    let spans = notes.spans.lock().unwrap().clone();
    let common = [("trace_id", "Root=1-5759e988"), ("tenant_id", "blue")];
    let mut first = fields(&common);
    first.extend(fields(&[
        ("request_id", "r-1"),
        ("cold_start", "true"),
        ("source", "http_api"),
        ("method", "GET"),
        ("path", "/a%20b"),
        ("status", "404"),
    ]));
    let mut second = fields(&common);
    second.extend(fields(&[
        ("request_id", "r-2"),
        ("cold_start", "false"),
        ("source", "http_api"),
        ("method", "GET"),
        ("path", "/panic"),
    ]));
    let third = fields(&[("request_id", "r-3"), ("cold_start", "false")]);
    assert_eq!(spans, [first, second, third]);
    assert_eq!(*closed.lock().unwrap(), [1, 2, 3]);
    let events = notes.events.lock().unwrap().clone();
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(events[0].0, Level::ERROR);
    assert!(
        events[0].1.contains("Liftgate.Panic") && events[0].1.contains("r-2"),
        "{events:?}"
    );
}

/// An event that is no request has nobody whom the answer to an error could be for.
#[tokio::test]
async fn the_error_of_an_event_that_is_no_request_is_told_once() {
    let api = RuntimeApi::start([invocation("r-1", r#"{"job": 1}"#)]).await;
    let answer = |_: &liftgate::Error| {
        let bad_gateway = Response::builder().status(502);
        bad_gateway.body(Body::from("Bad Gateway\n")).ok()
    };
    let notes = Notes::default();
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().pass_through("/error").on_error(answer));
    let subscriber = tracing_subscriber::registry().with(notes.clone());
    let running = runtime.run(tower::service_fn(super::app));
    tokio::spawn(running.with_subscriber(subscriber));
    let posts = api.posts().await;
    assert_eq!(posts[0].what(), "r-1/error");
    assert_eq!(posts[0].error().0, "Liftgate.ServiceError");
    let events = notes.events.lock().unwrap().clone();
    let [(Level::ERROR, told)] = &events[..] else {
        panic!("{events:?}");
    };
    assert!(told.contains("Liftgate.ServiceError"), "{told}");
}

/// Row 10: everything is logged, and the event is not UTF-8.
#[tokio::test]
async fn events_that_are_not_utf_8_are_answered_at_every_level() {
    let mut odd = event("/~").into_bytes();
    for byte in odd.iter_mut().filter(|byte| **byte == b'~') {
        *byte = 0xe9;
    }
    for workers in [1, 2] {
        let nexts = [
            invocation("odd", odd.clone()),
            invocation("fine", event("/")),
        ];
        let api = RuntimeApi::start(nexts).await;
        let log = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
        let trace = tracing::level_filters::LevelFilter::TRACE;
        let subscriber = tracing_subscriber::registry().with(trace).with(log);
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .concurrency(NonZeroUsize::new(workers).unwrap());
        let running = runtime.run(tower::service_fn(super::app));
        tokio::spawn(running.with_subscriber(subscriber));
        let posts = api.posts_of(workers).await;
        assert!(
            posts.iter().all(|post| post.what().ends_with("/response")),
            "{posts:?}"
        );
        assert_eq!(posts.len(), 2);
    }
}

/// What the app logs, and what it does after the response, belongs to the invocation; and a
/// span of the app's own is not written in.
#[tokio::test]
async fn the_app_runs_inside_the_span() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let app = tower::service_fn(|request: Request<Body>| async move {
        let name = || tracing::Span::current().metadata().map(|span| span.name());
        assert_eq!(name(), Some("invocation"));
        let context = request.extensions().get::<Context>().unwrap();
        context.after_response(async { tracing::info!(target: "liftgate", "in the background") });
        Ok::<_, Infallible>(Response::new(Body::from(name().unwrap_or_default())))
    });
    let notes = Notes::default();
    let subscriber = tracing_subscriber::registry().with(notes.clone());
    let running = Runtime::new().runtime_api(api.address.clone()).run(app);
    tokio::spawn(running.with_subscriber(subscriber));
    assert_eq!(api.posts().await[0].json()["body"], "invocation");
    assert_eq!(notes.events.lock().unwrap().len(), 1);
}
