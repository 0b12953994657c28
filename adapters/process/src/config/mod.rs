//! What the environment says.

mod address;
mod choices;
mod draft;
mod error;
mod paths;
mod reader;
mod report;
mod statuses;
mod values;
mod variables;

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use http::HeaderName;
use http::uri::PathAndQuery;

pub use address::{Address, Readiness};
pub use choices::{Compression, ContextHeaders, OnExit};
pub use error::{ConfigError, ParseError, Problem};
pub use report::Report;
pub use statuses::Statuses;
pub use variables::Variable;

use crate::EventPaths;

/// What liftgate-process is told by its environment.
///
/// The [variables](Variable) are those of the [AWS Lambda Web Adapter][lwa], with their meanings,
/// and some of our own. They are read once; whatever is wrong with any of them is told at once.
///
/// [lwa]: https://github.com/aws/aws-lambda-web-adapter/blob/main/docs/guide/src/configuration/environment-variables.md
///
/// # Examples
///
/// ```
/// use liftgate_process::Config;
///
/// let config = Config::from_vars(|name| match name {
///     "AWS_LWA_PORT" => Some("7000".into()),
///     "AWS_LWA_INVOKE_MODE" => Some("response_stream".into()),
///     _ => None,
/// });
/// let config = config.unwrap();
/// assert_eq!(config.address.to_string(), "127.0.0.1:7000, [::1]:7000");
/// assert!(config.streaming);
///
/// let error = Config::from_vars(|name| (name == "AWS_LWA_PORT").then(|| "80a".into()));
/// let error = error.unwrap_err();
/// assert_eq!(error.to_string(), "AWS_LWA_PORT is `80a`: a port is 1 to 65535");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where the app listens.
    pub address: Address,
    /// How it is found out that the app is ready.
    pub readiness: Readiness,
    /// The wait for the app ends before Lambda's time for the start of an environment does, and
    /// goes on in the first invocation.
    pub async_init: bool,
    /// The prefix that is removed from the path of a request, with a slash at its start and none
    /// at its end.
    pub base_path: Option<String>,
    /// Responses are streamed.
    pub streaming: bool,
    /// How responses are compressed that the app does not compress.
    pub compression: Option<Compression>,
    /// The paths of events that are no requests.
    pub events: EventPaths,
    /// The header whose value the app gets as `Authorization`.
    pub authorization_source: Option<HeaderName>,
    /// The statuses that fail the invocation.
    pub error_statuses: Statuses,
    /// The Runtime API, where it is not the one that Lambda names: `host:port`, or an `http` URL.
    pub runtime_api: Option<String>,
    /// How long an unused connection to the app is kept; zero keeps none.
    pub idle_timeout: Duration,
    /// The app's path that is asked before a snapshot is taken.
    pub before_snapshot: Option<PathAndQuery>,
    /// The app's path that is asked when a snapshot was restored.
    pub after_restore: Option<PathAndQuery>,
    /// What the app is told of the invocation.
    pub context_headers: ContextHeaders,
    /// How long before the invocation's deadline the client is answered in the app's place.
    pub deadline_margin: Option<Duration>,
    /// What becomes of the environment when the app exits.
    pub on_exit: OnExit,
    /// How long the app has to end by itself; without it, that depends on how it runs.
    pub shutdown_timeout: Option<Duration>,
    /// What is said of the environment though it is no error: deprecated names, values that are
    /// ignored, names that nobody knows.
    pub warnings: Vec<String>,
    /// The name by which each variable that is set was found.
    pub(crate) set: BTreeMap<&'static str, &'static str>,
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// If any variable has a value that is not accepted; the error tells of all of them.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_all(env::vars_os())
    }

    /// Reads an environment by asking for the variables that there are.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Config::from_env).
    pub fn from_vars(vars: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        reader::read(&vars)
    }

    /// Reads a whole environment. Of names that look like ours and are not, it warns.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Config::from_env).
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate_process::Config;
    ///
    /// let config = Config::from_all([("AWS_LWA_PROT".into(), "7000".into())]).unwrap();
    /// assert!(config.warnings[0].contains("AWS_LWA_PORT"));
    /// ```
    pub fn from_all(
        vars: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Config, ConfigError> {
        let vars: BTreeMap<_, _> = vars.into_iter().collect();
        let mut config = reader::read(&|name| vars.get(OsStr::new(name)).cloned())?;
        let names = vars.keys().filter_map(|name| name.to_str());
        config.warnings.extend(names.filter_map(reader::unknown));
        Ok(config)
    }

    /// All settings, with their effective values and where these come from, and the warnings: what
    /// `liftgate-process --check` prints.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate_process::Config;
    ///
    /// let config = Config::from_vars(|name| (name == "PORT").then(|| "3000".into())).unwrap();
    /// let report = config.report().to_string();
    /// let port: Vec<_> = report.lines().next().unwrap().split_whitespace().collect();
    /// assert_eq!(port, ["AWS_LWA_PORT", "3000", "PORT"]);
    /// ```
    pub fn report(&self) -> Report<'_> {
        Report(self)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            address: Address::default(),
            readiness: Readiness::default(),
            async_init: false,
            base_path: None,
            streaming: false,
            compression: None,
            events: EventPaths::default(),
            authorization_source: None,
            error_statuses: Statuses::default(),
            runtime_api: None,
            idle_timeout: Duration::from_secs(4),
            before_snapshot: None,
            after_restore: None,
            context_headers: ContextHeaders::default(),
            deadline_margin: Some(Duration::from_millis(250)),
            on_exit: OnExit::default(),
            shutdown_timeout: None,
            warnings: Vec::new(),
            set: BTreeMap::new(),
        }
    }
}
