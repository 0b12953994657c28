//! How a gateway is set up.

use std::time::Duration;

use super::json::Json;
use super::{Gateway, Kind};

impl Gateway {
    /// A gateway as it is with nothing set up: an API on a domain of its own, whose URLs do not
    /// have the stage in them.
    pub fn new(kind: Kind) -> Self {
        Gateway {
            kind,
            stage: None,
            stage_variables: Vec::new(),
            base_path: None,
            binary_media_types: Vec::new(),
            authorizer: None,
            timeout: None,
            is_streaming: false,
            route_selection_expression: "$request.body.action".to_owned(),
            routes: Vec::new(),
            has_route_response: false,
        }
    }

    /// The stage of an API, which is the first segment of its URLs unless it is `$default`, or
    /// there is a [`base_path`](Self::base_path).
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::local::{Cause, Gateway, Kind};
    ///
    /// let gateway = Gateway::new(Kind::RestApi).stage("prod");
    /// let inside = http::Request::get("/prod/hello").body(bytes::Bytes::new())?;
    /// assert!(std::str::from_utf8(&gateway.render(&inside)?)?.contains(r#""path":"/hello""#));
    ///
    /// let outside = http::Request::get("/hello").body(bytes::Bytes::new())?;
    /// assert_eq!(gateway.render(&outside).unwrap_err().cause(), Cause::NotFound);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = Some(stage.into());
        self
    }

    /// A variable of the stage.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// The path under which the API is mapped to a custom domain ([source][mapping]), `/v1`. The
    /// URLs begin with it, and not with the stage. One that is empty is that of an API at the root
    /// of the domain.
    ///
    /// [mapping]: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
    pub fn base_path(mut self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref().trim_matches('/');
        self.base_path = Some(path.to_owned());
        self
    }

    /// The media types that a REST API takes for binary, `image/png`, `image/*` or `*/*`; by
    /// default, none ([source][binary]).
    ///
    /// [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    pub fn binary_media_types<T: Into<String>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.binary_media_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// What an authorizer found out, in JSON: it is `requestContext.authorizer` of every event,
    /// but for those of load balancers and VPC Lattice, which have none.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::local::{Gateway, Kind};
    ///
    /// let gateway = Gateway::new(Kind::HttpApi);
    /// let gateway = gateway.authorizer(br#"{"jwt":{"claims":{"sub":"u-1"},"scopes":null}}"#)?;
    /// let event = gateway.render(&http::Request::default())?;
    /// assert!(std::str::from_utf8(&event)?.contains(r#""sub":"u-1""#));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is no JSON.
    pub fn authorizer(mut self, json: &[u8]) -> Result<Self, serde_json::Error> {
        self.authorizer = Some(Json::read(json)?);
        Ok(self)
    }

    /// How long the gateway waits for the reply; by default, as long as the real one does.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether responses are handed on while the function writes them: a function URL's invoke
    /// mode `RESPONSE_STREAM`, or a REST API's response transfer mode `STREAM`. By default, they
    /// are not. The other gateways cannot.
    pub fn streaming(mut self, is_streaming: bool) -> Self {
        self.is_streaming = is_streaming;
        self
    }

    /// What a WebSocket API finds a message's route by; by default, `$request.body.action`
    /// ([source][expression]).
    ///
    /// [expression]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
    pub fn route_selection_expression(mut self, expression: impl Into<String>) -> Self {
        self.route_selection_expression = expression.into();
        self
    }

    /// The keys of a WebSocket API's routes for messages, `$default` among them if there is one. A
    /// message that asks for another goes to `$default`. By default, every key is a route.
    pub fn routes<T: Into<String>>(mut self, keys: impl IntoIterator<Item = T>) -> Self {
        self.routes = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the routes of a WebSocket API have a route response, so that a client is sent what
    /// the function answers to its messages; by default, they have none, and it is not
    /// ([source][response]).
    ///
    /// [response]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
    pub fn route_response(mut self, has_route_response: bool) -> Self {
        self.has_route_response = has_route_response;
        self
    }
}
