use std::fmt;
use std::str::FromStr;

use crate::source::{self, Source};

/// The gateways that can be emulated.
///
/// | name | gateway |
/// |---|---|
/// | `rest` | API Gateway REST API |
/// | `http` | API Gateway HTTP API, payload format 2.0 |
/// | `http-v1` | API Gateway HTTP API, payload format 1.0 |
/// | `function-url` | Lambda function URL |
/// | `alb` | Application Load Balancer |
/// | `alb-multi` | Application Load Balancer, with multi-value headers |
/// | `lattice` | VPC Lattice, event structure V2 |
/// | `lattice-v1` | VPC Lattice, event structure V1 |
/// | `websocket` | API Gateway WebSocket API |
///
/// # Examples
///
/// ```
/// use liftgate::local::Kind;
///
/// assert_eq!("alb-multi".parse(), Ok(Kind::AlbMultiValue));
/// assert_eq!(Kind::RestApi.to_string(), "rest");
/// assert!("edge".parse::<Kind>().unwrap_err().to_string().contains("function-url"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// API Gateway REST API.
    RestApi,
    /// API Gateway HTTP API, payload format 2.0.
    HttpApi,
    /// API Gateway HTTP API, payload format 1.0.
    HttpApiV1,
    /// Lambda function URL.
    FunctionUrl,
    /// Application Load Balancer.
    Alb,
    /// Application Load Balancer whose target group has multi-value headers.
    AlbMultiValue,
    /// VPC Lattice, event structure V2.
    Lattice,
    /// VPC Lattice, event structure V1.
    LatticeV1,
    /// API Gateway WebSocket API.
    WebSocket,
}

impl Kind {
    /// Every gateway.
    pub const ALL: [Kind; 9] = [
        Kind::RestApi,
        Kind::HttpApi,
        Kind::HttpApiV1,
        Kind::FunctionUrl,
        Kind::Alb,
        Kind::AlbMultiValue,
        Kind::Lattice,
        Kind::LatticeV1,
        Kind::WebSocket,
    ];

    /// The name, as in the table.
    pub fn name(self) -> &'static str {
        match self {
            Kind::RestApi => "rest",
            Kind::HttpApi => "http",
            Kind::HttpApiV1 => "http-v1",
            Kind::FunctionUrl => "function-url",
            Kind::Alb => "alb",
            Kind::AlbMultiValue => "alb-multi",
            Kind::Lattice => "lattice",
            Kind::LatticeV1 => "lattice-v1",
            Kind::WebSocket => "websocket",
        }
    }

    /// What it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            Kind::RestApi => "API Gateway REST API",
            Kind::HttpApi => "API Gateway HTTP API (payload format 2.0)",
            Kind::HttpApiV1 => "API Gateway HTTP API (payload format 1.0)",
            Kind::FunctionUrl => "Lambda function URL",
            Kind::Alb => "Application Load Balancer",
            Kind::AlbMultiValue => "Application Load Balancer (multi-value headers)",
            Kind::Lattice => "VPC Lattice (event structure V2)",
            Kind::LatticeV1 => "VPC Lattice (event structure V1)",
            Kind::WebSocket => "API Gateway WebSocket API",
        }
    }

    /// The source of its events.
    pub fn source(self) -> &'static dyn Source {
        match self {
            Kind::RestApi => &source::RestApi,
            Kind::HttpApi => &source::HttpApi,
            Kind::HttpApiV1 => &source::HttpApiV1,
            Kind::FunctionUrl => &source::FunctionUrl,
            Kind::Alb | Kind::AlbMultiValue => &source::Alb,
            Kind::Lattice => &source::Lattice,
            Kind::LatticeV1 => &source::LatticeV1,
            Kind::WebSocket => &source::WebSocket,
        }
    }

    /// The gateway of a source's events, but for those that are passed through.
    pub fn of(source: &dyn Source) -> Option<Self> {
        let is_it = |kind: &Kind| kind.source().name() == source.name();
        Kind::ALL.into_iter().find(is_it)
    }

    /// Whether it can hand on a response while the function writes it.
    pub fn can_stream(self) -> bool {
        matches!(self, Kind::RestApi | Kind::FunctionUrl)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let mut kinds = Kind::ALL.into_iter();
        let known = kinds.find(|kind| kind.name() == name);
        known.ok_or_else(|| UnknownKind {
            name: name.to_owned(),
        })
    }
}

/// A name that is no gateway's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    name: String,
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Kind::ALL.map(Kind::name).join(", ");
        let name = self.name.escape_debug();
        write!(f, "no gateway is called `{name}`; there are {names}")
    }
}

impl std::error::Error for UnknownKind {}
