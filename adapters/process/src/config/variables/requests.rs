//! What becomes of requests, responses and events.

use http::HeaderName;

use super::super::paths::{base, guarded};
use super::super::values::{
    NONE, Refused, choice, flag, flags, number, parts, show, show_flag, show_flags,
};
use super::super::{Compression, ContextHeaders};
use super::{Variable, guide};
use crate::EventSource;

const ALL: &str = "all";

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "AWS_LWA_REMOVE_BASE_PATH",
        also: &[],
        deprecated: &["REMOVE_BASE_PATH"],
        default: "`none`",
        accepted: "a path begins with a slash, and has no scheme, host and query",
        meaning: "The prefix that is removed from the path of a request: once, and whole segments.",
        source: guide!("features/base-path-removal"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.base_path = base(given.value)?;
            Ok(())
        },
        show: |config| show(config.base_path.as_ref()),
    },
    Variable {
        name: "AWS_LWA_INVOKE_MODE",
        also: &[],
        deprecated: &[],
        default: "`buffered`",
        accepted: "`buffered` or `response_stream`",
        meaning: "Whether responses are streamed. The function URL, or whatever invokes the \
                  function, has to be set up for it as well.",
        source: guide!("configuration/response-streaming"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.streaming = choice(given.value, ["buffered", "response_stream"])?;
            Ok(())
        },
        show: |config| match config.streaming {
            true => "response_stream".to_owned(),
            false => "buffered".to_owned(),
        },
    },
    Variable {
        name: "AWS_LWA_ENABLE_COMPRESSION",
        also: &[],
        deprecated: &[],
        default: "`false`",
        accepted: "`true`, `1`, `yes`, `on`, or `false`, `0`, `no`, `off`",
        meaning: "Compresses responses that the app does not compress, streamed ones too.",
        source: guide!("configuration/response-compression"),
        is_set_empty: false,
        read: |draft, given| {
            draft.compresses = flag(given.value)?;
            Ok(())
        },
        show: |config| show_flag(config.compression.is_some()),
    },
    Variable {
        name: "LIFTGATE_COMPRESSION",
        also: &[],
        deprecated: &[],
        default: "all of them",
        accepted: "a list of `gzip`, `br`, `zstd`",
        meaning: "The encodings that responses are compressed by; `br` and `zstd` by programs with the \
                  features `brotli` and `zstd` only.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            let encodings = draft.compression.flags();
            flags(given.value, Compression::NAMES, encodings)
        },
        show: |config| match config.compression {
            Some(mut compression) => show_flags(Compression::NAMES, compression.flags()),
            None => NONE.to_owned(),
        },
    },
    Variable {
        name: "LIFTGATE_REST_BINARY",
        also: &[],
        deprecated: &[],
        default: "`false`",
        accepted: "`true`, `1`, `yes`, `on`, or `false`, `0`, `no`, `off`",
        meaning: "Compresses responses to a REST API as well, whose binary media types let them \
                  through.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            draft.compression.rest_api = flag(given.value)?;
            Ok(())
        },
        show: |config| show_flag(config.compression.is_some_and(|it| it.rest_api)),
    },
    Variable {
        name: "AWS_LWA_PASS_THROUGH_PATH",
        also: &[],
        deprecated: &[],
        default: "`/events`",
        accepted: "a path begins with a slash, and has no scheme and host",
        meaning: "The app's path that events go to which are no requests. Set to nothing, such an \
                  event fails the invocation.",
        source: guide!("features/non-http-events"),
        is_set_empty: true,
        read: |draft, given| {
            let is_there = !given.value.is_empty();
            draft.config.events.default = is_there.then(|| guarded(given.value)).transpose()?;
            draft.config.events.is_implied = false;
            Ok(())
        },
        show: |config| show(config.events.default.as_ref()),
    },
    Variable {
        name: "LIFTGATE_EVENT_PATHS",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "a list of sources and paths, like `sqs=/jobs,s3=/files`",
        meaning: "The app's paths that the events of single sources go to.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            for part in parts(given.value) {
                let (source, path) = part.split_once('=').ok_or(Refused::Value)?;
                let source: EventSource = source.trim().to_ascii_lowercase().parse()?;
                let path = match path.trim() {
                    "" => return Err(Refused::For(format!("`{source}` has no path"))),
                    path => guarded(path)?,
                };
                if draft.config.events.sources.insert(source, path).is_some() {
                    return Err(Refused::For(format!("`{source}` is there twice")));
                }
            }
            Ok(())
        },
        show: |config| {
            let sources = config.events.sources.iter();
            let paths: Vec<_> = sources
                .map(|(source, path)| format!("{source}={path}"))
                .collect();
            show(Some(paths.join(",")).filter(|paths| !paths.is_empty()))
        },
    },
    Variable {
        name: "AWS_LWA_AUTHORIZATION_SOURCE",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "the name of a header",
        meaning: "The header whose value the app gets as `Authorization`.",
        source: guide!("features/authorization-header"),
        is_set_empty: false,
        read: |draft, given| {
            let name = HeaderName::from_bytes(given.value.as_bytes());
            draft.config.authorization_source = Some(name.map_err(|_| Refused::Value)?);
            Ok(())
        },
        show: |config| show(config.authorization_source.as_ref()),
    },
    Variable {
        name: "AWS_LWA_ERROR_STATUS_CODES",
        also: &[],
        deprecated: &[],
        default: "`none`",
        accepted: "statuses are like `500,502-504`, from 100 to 999",
        meaning: "The statuses of responses that fail the invocation.",
        source: guide!("features/error-status-codes"),
        is_set_empty: false,
        read: |draft, given| {
            draft.config.error_statuses = given.value.parse()?;
            Ok(())
        },
        show: |config| show(Some(&config.error_statuses).filter(|statuses| !statuses.is_empty())),
    },
    Variable {
        name: "LIFTGATE_CONTEXT_HEADERS",
        also: &[],
        deprecated: &[],
        default: "`all`",
        accepted: "`all`, `none`, or a list of `request-context`, `lambda-context`, `tenant-id`, `trace-id`",
        meaning: "The headers that tell the app of its invocation: `x-amzn-request-context`, \
                  `x-amzn-lambda-context`, `x-amz-tenant-id`, `x-amzn-trace-id`.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            let all = ContextHeaders::NAMES.join(",");
            let list = match given.value {
                text if text.eq_ignore_ascii_case(ALL) => &all,
                text if text.eq_ignore_ascii_case(NONE) => "",
                list => list,
            };
            let headers = draft.config.context_headers.flags();
            flags(list, ContextHeaders::NAMES, headers)
        },
        show: |config| {
            let mut headers = config.context_headers;
            match headers.flags().iter().all(|flag| **flag) {
                true => ALL.to_owned(),
                false => show_flags(ContextHeaders::NAMES, headers.flags()),
            }
        },
    },
    Variable {
        name: "LIFTGATE_CONTEXT_HEADER_MAX_BYTES",
        also: &[],
        deprecated: &[],
        default: "`8000`",
        accepted: "a number of bytes, at least 1",
        meaning: "How long such a header may be, in bytes. A longer one is left out: servers limit \
                  a line, gunicorn to 8190 bytes and nginx to 8 KiB.",
        source: None,
        is_set_empty: false,
        read: |draft, given| {
            let bytes = number(given.value).filter(|bytes| *bytes > 0);
            draft.config.context_headers.max_bytes = bytes.ok_or(Refused::Value)?;
            Ok(())
        },
        show: |config| config.context_headers.max_bytes.to_string(),
    },
];
