//! Routes of messages, by [a selection expression][expression].
//!
//! [expression]: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html

use super::Gateway;
use super::json::Json;

const DEFAULT: &str = "$default";

impl Gateway {
    /// The route that a message asks for: what its JSON has where the route selection expression
    /// says, or `$default`.
    #[cfg_attr(not(feature = "websocket"), allow(dead_code))]
    pub(in crate::local) fn route_of(&self, message: &str) -> String {
        let json = Json::read(message.as_bytes()).ok();
        let route = json.and_then(|json| select(&self.route_selection_expression, &json));
        // The other routes with a dollar sign are not for messages.
        let route = route.filter(|route| !route.is_empty() && !route.starts_with('$'));
        route.unwrap_or_else(|| DEFAULT.to_owned())
    }
}

/// `$request.body.action`, or `${request.body.kind}/${request.body.action}`.
fn select(expression: &str, message: &Json) -> Option<String> {
    if let Some(path) = expression.strip_prefix("$request.") {
        return value(path, message);
    }
    let (mut route, mut rest) = (String::new(), expression);
    while let Some((before, after)) = rest.split_once("${request.") {
        let (path, after) = after.split_once('}')?;
        route += before;
        route += &value(path, message)?;
        rest = after;
    }
    Some(route + rest)
}

/// What is at `body.a.b`, in words.
fn value(path: &str, message: &Json) -> Option<String> {
    let mut names = path.strip_prefix("body.")?.split('.');
    let found = names.try_fold(message, |value, name| value.get(name))?;
    Some(found.to_string()).filter(|_| *found != Json::Null)
}

#[cfg(test)]
mod tests {
    use super::super::{Gateway, Kind};

    fn route(expression: &str, message: &str) -> String {
        let gateway = Gateway::new(Kind::WebSocket).route_selection_expression(expression);
        gateway.route_of(message)
    }

    #[test]
    fn a_route_is_what_the_message_says() {
        let by_action = "$request.body.action";
        assert_eq!(route(by_action, r#"{"action":"send"}"#), "send");
        assert_eq!(route(by_action, r#"{"action":7}"#), "7");
        assert_eq!(route(by_action, r#"{"action":["a","b"]}"#), "[a, b]");
        assert_eq!(route("$request.body.a.b", r#"{"a":{"b":"deep"}}"#), "deep");
        let both = "${request.body.kind}/${request.body.action}";
        assert_eq!(
            route(both, r#"{"kind":"chat","action":"send"}"#),
            "chat/send"
        );
    }

    #[test]
    fn any_other_message_is_of_the_default_route() {
        let by_action = "$request.body.action";
        let messages = [
            "hello",
            "",
            "[]",
            r#"{"other":"send"}"#,
            r#"{"action":null}"#,
            r#"{"action":""}"#,
            r#"{"action":"$connect"}"#,
        ];
        for message in messages {
            assert_eq!(route(by_action, message), "$default", "{message}");
        }
        assert_eq!(route("$request.body.a.b", r#"{"a":"b"}"#), "$default");
        assert_eq!(route("$request.header.x", r#"{"x":"y"}"#), "$default");
        let both = "${request.body.kind}/${request.body.action}";
        assert_eq!(route(both, r#"{"kind":"chat"}"#), "$default");
    }
}
