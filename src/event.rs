use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};

use crate::Error;
use crate::source::Source;
use crate::source::wire::invalid_json;

/// The event a request was made of: a request extension.
///
/// Nothing is read before it is asked for, and nothing of the event is dropped: what has no
/// method here is in [`request_context`](Event::request_context) or in
/// [`bytes`](Event::bytes).
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Event, Invocation, Lambda};
/// use tower_service::Service;
///
/// # async fn app(request: http::Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// let event = request.extensions().get::<Event>().unwrap();
/// assert_eq!(event.source().name(), "http_api");
/// assert_eq!(event.client_ip(), Some("192.0.2.7".parse().unwrap()));
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
    pub(crate) fn new(bytes: Bytes, source: &'static dyn Source) -> Self {
        Event { bytes, source }
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
    /// sent by the client, who may write there what they like.
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.source.client_ip(self)
    }

    /// The stage of an API.
    pub fn stage(&self) -> Option<String> {
        self.text(&["requestContext", "stage"])
    }

    /// The id of a WebSocket connection, by which messages are sent to it.
    pub fn connection_id(&self) -> Option<String> {
        self.text(&["requestContext", "connectionId"])
    }

    /// The values of the parameters in an API's route, as the gateway writes them.
    pub fn path_parameters(&self) -> BTreeMap<String, String> {
        self.get(&["pathParameters"])
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// The variables of an API's stage.
    pub fn stage_variables(&self) -> BTreeMap<String, String> {
        self.get(&["stageVariables"])
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// What an authorizer said of the client (`requestContext.authorizer`), read as `T`;
    /// `None` where there was no authorizer.
    ///
    /// # Errors
    ///
    /// If it is there, and no `T`.
    pub fn authorizer<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        self.get(&["requestContext", "authorizer"])
    }

    /// The request context, read as `T`.
    ///
    /// # Errors
    ///
    /// If there is none, or it is no `T`.
    pub fn request_context<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.get(&["requestContext"])?
            .ok_or_else(|| Error::missing("requestContext"))
    }

    /// The certificate that the client showed, with mutual TLS.
    pub fn client_cert(&self) -> Option<ClientCert> {
        self.source.client_cert(self)
    }

    /// One value of the event.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Option<T>, Error> {
        lookup(&self.bytes, path)
    }

    pub(crate) fn text(&self, path: &[&str]) -> Option<String> {
        self.get(path).ok().flatten()
    }

    /// The last value of a header, as far as the event has it in text.
    pub(crate) fn last_header(&self, name: &str) -> Option<String> {
        let last = |map: &str| self.get::<Vec<String>>(&[map, name]).ok().flatten()?.pop();
        last("multiValueHeaders")
            .or_else(|| self.text(&["headers", name]))
            .or_else(|| last("headers"))
    }

    /// The certificate in an object with the members that API Gateway writes.
    pub(crate) fn client_cert_in(&self, parent: [&str; 2]) -> Option<ClientCert> {
        let text = |path: &[&str]| {
            let path: Vec<&str> = [&parent[..], &["clientCert"], path].concat();
            self.text(&path).unwrap_or_default()
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

/// Reads the value at a path; `None` where it is absent or null. A number in the path is an
/// array's index.
pub(crate) fn lookup<T: DeserializeOwned>(event: &[u8], path: &[&str]) -> Result<Option<T>, Error> {
    let text = readable(event);
    let mut found = None;
    let mut json = serde_json::Deserializer::from_slice(&text);
    let result = Lookup {
        path,
        found: &mut found,
    }
    .deserialize(&mut json);
    match (found, result) {
        // Finding a value stops the walk by an error.
        (Some(found), _) => Ok(found),
        (None, Ok(())) => Ok(None),
        (None, Err(error)) => Err(invalid_json(&text, 0, &error)),
    }
}

/// The names of the event's members; `None` if it is no object.
pub(crate) fn member_names(event: &[u8]) -> Option<Vec<String>> {
    let members: BTreeMap<String, IgnoredAny> = serde_json::from_slice(&readable(event)).ok()?;
    Some(members.into_keys().collect())
}

/// The event as UTF-8. A byte that is not is taken as the Latin-1 character it is, since
/// that is what gateways let through.
fn readable(event: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if std::str::from_utf8(event).is_ok() {
        return event.into();
    }
    let mut text = String::with_capacity(event.len() + 16);
    for chunk in event.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    text.into_bytes().into()
}

struct Lookup<'p, 'f, T> {
    path: &'p [&'p str],
    found: &'f mut Option<Option<T>>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Lookup<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            *self.found = Some(Option::<T>::deserialize(deserializer)?);
            // No more than that has to be read.
            return Err(D::Error::custom("found"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Lookup<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, path)) = self.path.split_first() else {
            return Ok(());
        };
        while let Some(is_it) = map.next_key_seed(Is(name))? {
            if is_it {
                map.next_value_seed(Lookup {
                    path,
                    found: self.found,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((index, path)) = self.path.split_first() else {
            return Ok(());
        };
        let index = index.parse().unwrap_or(usize::MAX);
        for at in 0.. {
            let more = if at == index {
                seq.next_element_seed(Lookup {
                    path,
                    found: self.found,
                })?
                .is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Whether a key is the given one.
struct Is<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        // Names of headers come in any case; no other name here has two spellings.
        Ok(key.eq_ignore_ascii_case(self.0))
    }
}
