//! Events in the making.

use super::json::Json;
use crate::source::wire::escape;

/// An object in the making, one member after the other.
#[derive(Debug)]
pub(super) struct Object {
    out: Vec<u8>,
}

impl Object {
    pub(super) fn new() -> Self {
        Object { out: vec![b'{'] }
    }

    pub(super) fn text(&mut self, key: &str, text: impl AsRef<str>) {
        self.key(key);
        string(text.as_ref(), &mut self.out);
    }

    /// Text, or `null` where there is none.
    pub(super) fn text_or_null(&mut self, key: &str, text: Option<impl AsRef<str>>) {
        match text {
            Some(text) => self.text(key, text),
            None => self.raw(key, "null"),
        }
    }

    /// A value in JSON: a number, `true`, `null`.
    pub(super) fn raw(&mut self, key: &str, json: impl AsRef<str>) {
        self.key(key);
        self.out.extend_from_slice(json.as_ref().as_bytes());
    }

    pub(super) fn json(&mut self, key: &str, value: &Json) {
        self.key(key);
        value.write(&mut self.out);
    }

    pub(super) fn object(&mut self, key: &str, build: impl FnOnce(&mut Object)) {
        let mut object = Object::new();
        build(&mut object);
        self.member(key, object);
    }

    pub(super) fn member(&mut self, key: &str, object: Object) {
        self.key(key);
        self.out.extend_from_slice(&object.finish());
    }

    pub(super) fn array<T: AsRef<str>>(&mut self, key: &str, texts: &[T]) {
        self.key(key);
        array(texts, &mut self.out);
    }

    /// An object of strings.
    pub(super) fn texts(&mut self, key: &str, pairs: &[(String, String)]) {
        self.object(key, |object| {
            for (name, text) in pairs {
                object.text(name, text);
            }
        });
    }

    /// An object of arrays of strings.
    pub(super) fn arrays(&mut self, key: &str, pairs: &[(String, Vec<String>)]) {
        self.object(key, |object| {
            for (name, texts) in pairs {
                object.array(name, texts);
            }
        });
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }

    fn key(&mut self, key: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        string(key, &mut self.out);
        self.out.push(b':');
    }
}

fn array<T: AsRef<str>>(texts: &[T], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string(text.as_ref(), out);
    }
    out.push(b']');
}

/// Appends a string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text.as_bytes(), out);
    out.push(b'"');
}
