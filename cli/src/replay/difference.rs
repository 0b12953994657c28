//! Where two replies differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// One value that differs.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    /// Where it is, as a JSON pointer.
    pub(super) path: String,
    pub(super) recorded: Option<Value>,
    pub(super) replayed: Option<Value>,
}

/// What may differ.
#[derive(Debug)]
pub(super) struct Ignored {
    paths: Vec<String>,
}

impl Ignored {
    /// Headers by their names, and anything by a JSON pointer.
    pub(super) fn new(names: &[String]) -> Self {
        let path = |name: &String| match name.starts_with('/') {
            true => name.clone(),
            false => format!("/headers/{}", escaped(&name.to_ascii_lowercase())),
        };
        Ignored {
            paths: names.iter().map(path).collect(),
        }
    }

    fn covers(&self, path: &str) -> bool {
        let is_below = |ignored: &String| {
            let below = path.strip_prefix(ignored.as_str());
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        self.paths.iter().any(is_below)
    }
}

/// Every value in which they differ.
pub(super) fn between(recorded: &Value, replayed: &Value, ignored: &Ignored) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(
        String::new(),
        Some(recorded),
        Some(replayed),
        ignored,
        &mut found,
    );
    found
}

fn compare(
    path: String,
    recorded: Option<&Value>,
    replayed: Option<&Value>,
    ignored: &Ignored,
    found: &mut Vec<Difference>,
) {
    if recorded == replayed || ignored.covers(&path) {
        return;
    }
    match (recorded, replayed) {
        (Some(Value::Object(recorded)), Some(Value::Object(replayed))) => {
            for name in names(recorded, replayed) {
                let path = format!("{path}/{}", escaped(name));
                compare(path, recorded.get(name), replayed.get(name), ignored, found);
            }
        }
        (Some(Value::Array(recorded)), Some(Value::Array(replayed))) => {
            for index in 0..recorded.len().max(replayed.len()) {
                let path = format!("{path}/{index}");
                compare(
                    path,
                    recorded.get(index),
                    replayed.get(index),
                    ignored,
                    found,
                );
            }
        }
        (recorded, replayed) => found.push(Difference {
            path,
            recorded: recorded.cloned(),
            replayed: replayed.cloned(),
        }),
    }
}

fn names<'a>(one: &'a Map<String, Value>, other: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}

/// A name as a JSON pointer has it (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(recorded: Value, replayed: Value, ignored: &[&str]) -> Vec<String> {
        let ignored: Vec<_> = ignored.iter().map(|name| (*name).to_owned()).collect();
        let found = between(&recorded, &replayed, &Ignored::new(&ignored));
        found
            .into_iter()
            .map(|difference| difference.path)
            .collect()
    }

    #[test]
    fn each_value_is_found() {
        let recorded = json!({"a": 1, "b": {"c/d": [1, 2], "e": null}, "f": "x"});
        let replayed = json!({"f": "x", "b": {"c/d": [1, 3, 4]}, "a": "1"});
        let expected = ["/a", "/b/c~1d/1", "/b/c~1d/2", "/b/e"];
        assert_eq!(paths(recorded, replayed, &[]), expected);
        assert_eq!(paths(json!([1]), json!({}), &[]), [""]);
        assert_eq!(paths(json!([1]), json!([1]), &[]), Vec::<String>::new());
    }

    #[test]
    fn headers_and_pointers_are_ignored_on_their_own() {
        let reply =
            |text: &str| json!({"headers": {"date": text, "dated": text}, "body": {"id": text}});
        let (recorded, replayed) = (reply("a"), reply("b"));
        let ignored = ["Date", "/body"];
        assert_eq!(paths(recorded, replayed, &ignored), ["/headers/dated"]);
    }
}
