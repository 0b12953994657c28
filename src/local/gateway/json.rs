//! The JSON of the local gateway: events are written, and replies read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::source::wire::escape;

/// A JSON value whose members keep their order: that of headers counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As it is printed.
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        let member = self.members().iter().rfind(|(name, _)| name == key);
        member.map(|(_, value)| value)
    }

    pub(super) fn members(&self) -> &[(String, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) fn elements(&self) -> &[Json] {
        match self {
            Json::Array(elements) => elements,
            _ => &[],
        }
    }
}

/// The value as a gateway prints it where it expects a string.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(flag) => flag.fmt(f),
            Json::Number(text) | Json::Text(text) => f.write_str(text),
            Json::Array(elements) => {
                let texts: Vec<_> = elements.iter().map(Json::to_string).collect();
                write!(f, "[{}]", texts.join(", "))
            }
            Json::Object(members) => {
                let pairs = members
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                write!(f, "{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

/// An object in the making, one member after the other. Its strings are bytes, since a
/// header's need not be UTF-8.
#[derive(Debug)]
pub(super) struct Object {
    out: Vec<u8>,
}

impl Object {
    pub(super) fn new() -> Self {
        Object { out: vec![b'{'] }
    }

    pub(super) fn text(&mut self, key: &str, text: impl AsRef<[u8]>) {
        self.key(key.as_bytes());
        string(text.as_ref(), &mut self.out);
    }

    /// A value in JSON: a number, `true`, `null`.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key.as_bytes());
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn object(&mut self, key: &str, build: impl FnOnce(&mut Object)) {
        let mut object = Object::new();
        build(&mut object);
        self.key(key.as_bytes());
        self.out.extend_from_slice(&object.finish());
    }

    pub(super) fn array<T: AsRef<[u8]>>(&mut self, key: &str, texts: &[T]) {
        self.key(key.as_bytes());
        array(texts, &mut self.out);
    }

    /// An object of strings.
    pub(super) fn texts(&mut self, key: &str, pairs: &[(Vec<u8>, Vec<u8>)]) {
        self.object(key, |object| {
            for (name, text) in pairs {
                object.key(name);
                string(text, &mut object.out);
            }
        });
    }

    /// An object of arrays of strings.
    pub(super) fn arrays(&mut self, key: &str, pairs: &[(Vec<u8>, Vec<Vec<u8>>)]) {
        self.object(key, |object| {
            for (name, texts) in pairs {
                object.key(name);
                array(texts, &mut object.out);
            }
        });
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }

    fn key(&mut self, key: &[u8]) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        string(key, &mut self.out);
        self.out.push(b':');
    }
}

fn array<T: AsRef<[u8]>>(texts: &[T], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string(text.as_ref(), out);
    }
    out.push(b']');
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, out);
    out.push(b'"');
}
