//! Routes of messages, by [a selection expression][expression].
//!
//! [expression]: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html

use super::json::Json;
use super::{Cause, Failure, Gateway};

const DEFAULT: &str = "$default";

impl Gateway {
    /// The route that a message asks for: what its JSON has where the route selection expression
    /// says, or `$default`, where the API has no such route.
    ///
    /// # Errors
    ///
    /// If the API has no route `$default` either.
    #[cfg_attr(not(feature = "websocket"), allow(dead_code))]
    pub(in crate::local) fn route_of(&self, message: &str) -> Result<String, Failure> {
        let json = Json::read(message.as_bytes()).ok();
        let route = json.and_then(|json| select(&self.route_selection_expression, &json));
        // The other routes with a dollar sign are not for messages.
        let route = route.filter(|route| !route.is_empty() && !route.starts_with('$'));
        let has =
            |route: &str| self.routes.is_empty() || self.routes.iter().any(|key| key == route);
        match route {
            Some(route) if has(&route) => Ok(route),
            _ if has(DEFAULT) => Ok(DEFAULT.to_owned()),
            route => {
                let route = route.unwrap_or_default();
                let reason = format!("the API has neither the route `{route}` nor `$default`");
                Err(Failure::new(Cause::NotFound, reason))
            }
        }
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
        gateway.route_of(message).unwrap()
    }

    #[test]
    fn what_is_no_route_of_the_api_is_its_default() {
        let gateway = |routes: &[&str]| Gateway::new(Kind::WebSocket).routes(routes.to_vec());
        let route = |routes: &[&str], message| gateway(routes).route_of(message).ok();
        let (send, other) = (r#"{"action":"send"}"#, r#"{"action":"other"}"#);
        assert_eq!(route(&["send", "$default"], send).as_deref(), Some("send"));
        assert_eq!(
            route(&["send", "$default"], other).as_deref(),
            Some("$default")
        );
        assert_eq!(route(&["send"], send).as_deref(), Some("send"));
        assert_eq!(route(&["send"], other), None);
        assert_eq!(route(&["send"], "no JSON"), None);
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
