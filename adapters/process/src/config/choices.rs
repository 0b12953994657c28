/// How responses are compressed that the app does not compress.
///
/// # Examples
///
/// ```
/// use liftgate_process::Config;
///
/// let vars = |name: &str| match name {
///     "AWS_LWA_ENABLE_COMPRESSION" => Some("true".into()),
///     "LIFTGATE_COMPRESSION" => Some("gzip".into()),
///     _ => None,
/// };
/// # if cfg!(feature = "compression") {
/// let compression = Config::from_vars(vars).unwrap().compression.unwrap();
/// assert!(compression.gzip && !compression.br && !compression.zstd);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compression {
    /// By gzip.
    pub gzip: bool,
    /// By Brotli, which the feature `brotli` is for.
    pub br: bool,
    /// By Zstandard, which the feature `zstd` is for.
    pub zstd: bool,
    /// Behind a REST API too, which [has to be told][binary] which media types are binary.
    ///
    /// [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    pub rest_api: bool,
}

impl Default for Compression {
    fn default() -> Self {
        Compression {
            gzip: true,
            br: cfg!(feature = "brotli"),
            zstd: cfg!(feature = "zstd"),
            rest_api: false,
        }
    }
}

impl Compression {
    pub(super) const NAMES: [&'static str; 3] = ["gzip", "br", "zstd"];

    pub(super) fn flags(&mut self) -> [&mut bool; 3] {
        [&mut self.gzip, &mut self.br, &mut self.zstd]
    }
}

/// Which headers tell the app of its invocation.
///
/// # Examples
///
/// ```
/// use liftgate_process::Config;
///
/// let vars = |name: &str| (name == "LIFTGATE_CONTEXT_HEADERS").then(|| "trace-id".into());
/// let headers = Config::from_vars(vars).unwrap().context_headers;
/// assert!(headers.trace_id && !headers.request_context);
/// assert_eq!(headers.max_bytes, 8000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextHeaders {
    /// `x-amzn-request-context`: the event's `requestContext`, as it is.
    pub request_context: bool,
    /// `x-amzn-lambda-context`: what the Runtime API says of the invocation.
    pub lambda_context: bool,
    /// `x-amz-tenant-id`: the tenant.
    pub tenant_id: bool,
    /// `x-amzn-trace-id`: the trace.
    pub trace_id: bool,
    /// How long the value of one may be, in bytes; a longer one is left out.
    pub max_bytes: usize,
}

impl Default for ContextHeaders {
    fn default() -> Self {
        ContextHeaders {
            request_context: true,
            lambda_context: true,
            tenant_id: true,
            trace_id: true,
            // gunicorn takes 8190 bytes in a line, nginx 8 KiB, Node 16 KiB in all of them.
            max_bytes: 8000,
        }
    }
}

impl ContextHeaders {
    pub(super) const NAMES: [&'static str; 4] =
        ["request-context", "lambda-context", "tenant-id", "trace-id"];

    pub(super) fn flags(&mut self) -> [&mut bool; 4] {
        [
            &mut self.request_context,
            &mut self.lambda_context,
            &mut self.tenant_id,
            &mut self.trace_id,
        ]
    }
}

/// What becomes of the environment when the app exits.
///
/// # Examples
///
/// ```
/// use liftgate_process::OnExit;
///
/// assert_eq!(OnExit::default(), OnExit::Restart { limit: 5 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnExit {
    /// The app is started again.
    Restart {
        /// How many times in a row; 0 for any number.
        limit: u32,
    },
    /// The environment ends too, and Lambda starts another one.
    End,
}

impl Default for OnExit {
    fn default() -> Self {
        OnExit::Restart { limit: 5 }
    }
}
