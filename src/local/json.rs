//! Writes the events of the local gateway. Its strings are bytes, since a header's need not
//! be UTF-8.

use crate::source::wire::escape;

/// An object, one member after the other.
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
