use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::source::Source;
use crate::source::wire::{Scanner, Text, invalid_value};

/// The event a request was made of: a request extension.
///
/// Nothing is read before it is asked for, and nothing of the event is dropped: what has no
/// method here is in [`request_context`](Event::request_context) or in
/// [`bytes`](Event::bytes).
///
/// # Examples
///
/// In axum, as any other extension:
///
/// ```
/// use axum::Extension;
/// use liftgate::Event;
///
/// async fn whoami(Extension(event): Extension<Event>) -> String {
///     event.client_ip().map(|ip| ip.to_string()).unwrap_or_default()
/// }
/// # let _: axum::Router = axum::Router::new().route("/", axum::routing::get(whoami));
/// ```
///
/// ```
/// use liftgate::{Context, Event, Invocation, Lambda};
/// use tower_service::Service;
///
/// # async fn app(request: http::Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// let event = request.extensions().get::<Event>().unwrap();
/// assert_eq!(event.source().name(), "http_api");
/// assert_eq!(event.client_ip(), Some("192.0.2.7".parse().unwrap()));
/// assert_eq!(event.client_addr(), Some("192.0.2.7:0".parse().unwrap()));
/// assert_eq!(event.stage().as_deref(), Some("$default"));
/// let claims: Option<serde_json::Value> = event.authorizer().unwrap();
/// assert_eq!(claims.unwrap()["jwt"]["claims"]["sub"], "u-1");
/// #     Ok(http::Response::new(String::new()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let event = r#"{"version":"2.0","rawPath":"/","requestContext":{"stage":"$default",
/// #   "authorizer":{"jwt":{"claims":{"sub":"u-1"},"scopes":null}},
/// #   "http":{"method":"GET","sourceIp":"192.0.2.7"}}}"#;
/// # Lambda::new(tower::service_fn(app)).call(Invocation::new(event, Context::default())).await.unwrap();
/// # }
/// ```
#[derive(Clone)]
pub struct Event {
    bytes: Bytes,
    source: &'static dyn Source,
    places: Places,
}

/// Where members begin that the event is asked for most, so that it is not walked from its start to
/// find them: 0 where there is no such member, or null, and `u32::MAX` past all that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) request_context: u32,
    pub(crate) identity: u32,
    pub(crate) source_ip: u32,
    pub(crate) headers: u32,
    pub(crate) multi_value_headers: u32,
}

/// The certificate of a client, where the gateway asked for one (mutual TLS).
///
/// # Examples
///
/// ```
/// use liftgate::Event;
///
/// fn who(event: &Event) -> String {
///     event.client_cert().map(|cert| cert.subject_dn).unwrap_or_default()
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCert {
    /// The certificate, in PEM.
    pub pem: String,
    /// Its subject's distinguished name.
    pub subject_dn: String,
    /// Its issuer's distinguished name.
    pub issuer_dn: String,
    /// Its serial number.
    pub serial_number: String,
    /// When it begins to be valid, as the gateway writes it.
    pub not_before: String,
    /// When it ends to be valid, as the gateway writes it.
    pub not_after: String,
}

impl Event {
    pub(crate) fn new(bytes: Bytes, source: &'static dyn Source, places: Places) -> Self {
        Event {
            bytes,
            source,
            places,
        }
    }

    /// The event, byte for byte.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The gateway it came from.
    pub fn source(&self) -> &'static dyn Source {
        self.source
    }

    /// The client's address, as the gateway saw it; `None` where the gateway tells none.
    ///
    /// API Gateway and function URLs tell it in the request context. Behind a load balancer
    /// or VPC Lattice it is the last address in `X-Forwarded-For`: the ones before it were
    /// sent by the client, who may write there what they like. A load balancer whose
    /// [mode for that header][mode] is `preserve` leaves all of it to the client, and one with
    /// `remove` tells no address.
    ///
    /// [mode]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html#x-forwarded-for
    pub fn client_ip(&self) -> Option<IpAddr> {
        Some(self.client_addr()?.ip())
    }

    /// The client's [address](Event::client_ip) and port. The port is 0 where the gateway tells
    /// none, as all do but load balancers that [preserve the client's port][port].
    ///
    /// [port]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html#x-forwarded-for-client-port-preservation
    pub fn client_addr(&self) -> Option<SocketAddr> {
        self.source.client_addr(self)
    }

    /// The stage of an API.
    pub fn stage(&self) -> Option<String> {
        self.text(&["requestContext", "stage"]).map(Cow::into_owned)
    }

    /// The id of a WebSocket connection, by which messages are sent to it.
    pub fn connection_id(&self) -> Option<String> {
        let id = self.text(&["requestContext", "connectionId"]);
        id.map(Cow::into_owned)
    }

    /// The values of the parameters in an API's route, as the gateway writes them.
    pub fn path_parameters(&self) -> BTreeMap<String, String> {
        self.texts("pathParameters")
    }

    /// The variables of an API's stage.
    pub fn stage_variables(&self) -> BTreeMap<String, String> {
        self.texts("stageVariables")
    }

    /// What an authorizer said of the client (`requestContext.authorizer`), read as `T`;
    /// `None` where there was no authorizer.
    ///
    /// # Errors
    ///
    /// If it is there but is not a `T`.
    pub fn authorizer<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        self.get(&["requestContext", "authorizer"])
    }

    /// The claims of the JWT that the gateway's own authorizer took, read as `T`; `None` where
    /// there was no such authorizer.
    ///
    /// | gateway | authorizer | where the claims are |
    /// |---|---|---|
    /// | HTTP API, format 2.0 | [JWT][jwt] | `requestContext.authorizer.jwt.claims` |
    /// | HTTP API, format 1.0 | [JWT][jwt] | `requestContext.authorizer.claims` |
    /// | REST API | [Cognito user pool][cognito] | `requestContext.authorizer.claims` |
    ///
    /// The values are strings, whatever they are in the token: an HTTP API writes a number as
    /// `"1719999999"` and an array as [`"[admin staff]"`][measured], a REST API writes an array as
    /// `"admin,staff"` and a time as [`"Tue Apr 04 18:39:39 UTC 2023"`][times].
    ///
    /// Other gateways have no such authorizer. What a Lambda authorizer says is in
    /// [`authorizer`](Event::authorizer). A load balancer sends [a JWT of its own][alb] in the
    /// header `x-amzn-oidc-data`, whose signature the app has to check.
    ///
    /// [jwt]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    /// [cognito]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    /// [measured]: https://github.com/floci-io/floci/pull/2011
    /// [times]: https://repost.aws/questions/QUFJRBaEJRSmmqarNrvCWoQA/aws-cognito-group
    /// [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use liftgate::Event;
    ///
    /// fn subject(event: &Event) -> Option<String> {
    ///     let claims: BTreeMap<String, String> = event.claims().ok()??;
    ///     claims.get("sub").cloned()
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If they are there but are not a `T`.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        match self.source.claims() {
            [] => Ok(None),
            path => self.get(path),
        }
    }

    /// The request context, read as `T`.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not a `T`.
    pub fn request_context<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.get(&["requestContext"])?
            .ok_or_else(|| Error::missing("requestContext"))
    }

    /// The certificate that the client showed, with mutual TLS.
    pub fn client_cert(&self) -> Option<ClientCert> {
        self.source.client_cert(self)
    }

    /// Any value of the event, by the names that lead to it, read as `T`; `None` where it is
    /// absent or null. A number is an array's index, and names of headers come in any case.
    ///
    /// # Errors
    ///
    /// If it is there but is not a `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::Event;
    ///
    /// fn route(event: &Event) -> Option<String> {
    ///     event.get(&["requestContext", "routeKey"]).ok().flatten()
    /// }
    /// ```
    pub fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Option<T>, Error> {
        let Some(value) = self.value(path)? else {
            return Ok(None);
        };
        let start = value.start;
        let text = readable(&self.bytes[value]);
        let is_as_it_lies = matches!(text, Cow::Borrowed(_));
        serde_json::from_slice(&text)
            .map_err(|error| invalid_value(&self.bytes, start, &error, is_as_it_lies))
    }

    /// The JSON of any value of the event, byte for byte and without a copy, by the names that lead to
    /// it, as for [`get`](Event::get).
    ///
    /// # Errors
    ///
    /// If the event is malformed on the way to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::Bytes;
    /// use liftgate::Event;
    ///
    /// /// To pass on, with whatever there will be in it.
    /// fn request_context(event: &Event) -> Option<Bytes> {
    ///     event.get_json(&["requestContext"]).ok().flatten()
    /// }
    /// ```
    pub fn get_json(&self, path: &[&str]) -> Result<Option<Bytes>, Error> {
        let value = self.value(path)?;
        Ok(value.map(|value| self.bytes.slice(value)))
    }

    /// Where the value at a path lies.
    fn value(&self, path: &[&str]) -> Result<Option<Range<usize>>, Error> {
        let mut scanner = Scanner::new(&self.bytes, 0);
        if !self.find(&mut scanner, path)? {
            return Ok(None);
        }
        scanner.rest();
        let start = scanner.at();
        scanner.skip()?;
        Ok(Some(start..scanner.at()))
    }

    /// A string of the event.
    pub(crate) fn text(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        let mut scanner = Scanner::new(&self.bytes, 0).quiet();
        let is_there = self.find(&mut scanner, path).ok()?;
        utf8(scanner.string().ok().filter(|_| is_there)?)
    }

    /// Goes to the value at a path, from a place that is known if there is one.
    fn find(&self, scanner: &mut Scanner<'_>, path: &[&str]) -> Result<bool, Error> {
        let places = &self.places;
        let (place, known) = match path {
            ["requestContext", "http", "sourceIp", ..] => (places.source_ip, 3),
            ["requestContext", "identity", ..] => (places.identity, 2),
            ["requestContext", ..] => (places.request_context, 1),
            ["headers", ..] => (places.headers, 1),
            ["multiValueHeaders", ..] => (places.multi_value_headers, 1),
            _ => (u32::MAX, 0),
        };
        match place {
            0 => Ok(false),
            u32::MAX => find(scanner, "", path),
            _ => {
                scanner.go_to(place as usize);
                find(scanner, path[known - 1], &path[known..])
            }
        }
    }

    /// An object of strings. What is none in it is left out.
    fn texts(&self, name: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let mut scanner = Scanner::new(&self.bytes, 0).quiet();
        let is_there = matches!(self.find(&mut scanner, &[name]), Ok(true));
        if !is_there || scanner.enter_object("an object").is_err() {
            return texts;
        }
        let mut is_first = true;
        while let Ok(Some(key)) = scanner.member(&mut is_first) {
            let text = scanner.clone().string().ok();
            if let Some((key, text)) = utf8(key).zip(text.and_then(utf8)) {
                texts.insert(key.into_owned(), text.into_owned());
            }
            if scanner.skip().is_err() {
                break;
            }
        }
        texts
    }

    /// The last value of a header, as far as the event has it in text.
    pub(crate) fn last_header(&self, name: &str) -> Option<Cow<'_, str>> {
        let last = |map: &str| self.last_text(&[map, name]);
        last("multiValueHeaders")
            .or_else(|| self.text(&["headers", name]))
            .or_else(|| last("headers"))
    }

    /// The last string of an array of strings.
    fn last_text(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        let mut scanner = Scanner::new(&self.bytes, 0).quiet();
        if !self.find(&mut scanner, path).ok()? {
            return None;
        }
        scanner.enter_array("an array").ok()?;
        let (mut is_first, mut last) = (true, None);
        while scanner.element(&mut is_first).ok()? {
            last = Some(scanner.string().ok()?);
        }
        utf8(last?)
    }

    /// The certificate in an object with the members that API Gateway writes.
    pub(crate) fn client_cert_in(&self, parent: [&str; 2]) -> Option<ClientCert> {
        let text = |path: &[&str]| {
            let path: Vec<&str> = [&parent[..], &["clientCert"], path].concat();
            self.text(&path).unwrap_or_default().into_owned()
        };
        let cert = ClientCert {
            pem: text(&["clientCertPem"]),
            subject_dn: text(&["subjectDN"]),
            issuer_dn: text(&["issuerDN"]),
            serial_number: text(&["serialNumber"]),
            not_before: text(&["validity", "notBefore"]),
            not_after: text(&["validity", "notAfter"]),
        };
        (cert != ClientCert::default()).then_some(cert)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the bytes: they hold cookies and credentials.
        f.debug_struct("Event")
            .field("source", &self.source)
            .field("len", &self.bytes.len())
            .finish()
    }
}

/// The string at a path, if there is one.
pub(crate) fn text_at<'a>(event: &'a [u8], path: &[&str]) -> Option<Cow<'a, str>> {
    let mut scanner = Scanner::new(event, 0).quiet();
    let is_there = find(&mut scanner, "", path).ok()?;
    utf8(scanner.string().ok().filter(|_| is_there)?)
}

/// Whether there is a value at a path, other than null.
pub(crate) fn has(event: &[u8], path: &[&str]) -> bool {
    let mut scanner = Scanner::new(event, 0).quiet();
    matches!(find(&mut scanner, "", path), Ok(true)) && !scanner.rest().starts_with(b"null")
}

fn utf8(text: Text<'_>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => match readable(text) {
            Cow::Borrowed(text) => std::str::from_utf8(text).ok().map(Cow::Borrowed),
            Cow::Owned(text) => String::from_utf8(text).ok().map(Cow::Owned),
        },
        Cow::Owned(text) => String::from_utf8(readable(&text).into_owned())
            .ok()
            .map(Cow::Owned),
    }
}

/// Goes to the value at a path within a member with a name, as far as there is one. Of members with
/// one name the last counts; names of headers come in any case.
fn find(scanner: &mut Scanner<'_>, within: &str, path: &[&str]) -> Result<bool, Error> {
    let mut is_header = is_headers(within);
    for name in path {
        let mut is_first = true;
        match scanner.rest().first() {
            Some(b'{') => {
                scanner.enter_object("an object")?;
                let mut last = None;
                while let Some(key) = scanner.member(&mut is_first)? {
                    let is_it = match is_header {
                        true => key.eq_ignore_ascii_case(name.as_bytes()),
                        false => *key == *name.as_bytes(),
                    };
                    if is_it {
                        last = Some(scanner.clone());
                    }
                    scanner.skip()?;
                }
                match last {
                    Some(last) => *scanner = last,
                    None => return Ok(false),
                }
            }
            Some(b'[') => {
                scanner.enter_array("an array")?;
                let index: usize = name.parse().unwrap_or(usize::MAX);
                for at in 0.. {
                    if !scanner.element(&mut is_first)? {
                        return Ok(false);
                    }
                    if at == index {
                        break;
                    }
                    scanner.skip()?;
                }
            }
            _ => return Ok(false),
        }
        is_header = is_headers(name);
    }
    Ok(true)
}

fn is_headers(name: &str) -> bool {
    matches!(name, "headers" | "multiValueHeaders")
}

/// The names of the event's members; `None` if it is no object.
pub(crate) fn member_names(event: &[u8]) -> Option<Vec<String>> {
    let mut scanner = Scanner::new(event, 0);
    scanner.enter_object("an object").ok()?;
    let (mut names, mut is_first) = (Vec::new(), true);
    while let Some(name) = scanner.member(&mut is_first).ok()? {
        names.push(String::from_utf8_lossy(&name).into_owned());
        scanner.skip().ok()?;
    }
    Some(names)
}

/// A value as UTF-8. A byte that is not is taken as the Latin-1 character it is, since that
/// is what gateways let through.
fn readable(value: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(value).is_ok() {
        return value.into();
    }
    let mut text = String::with_capacity(value.len() + 16);
    for chunk in value.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    text.into_bytes().into()
}
