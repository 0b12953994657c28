//! The app behind gateways whose authorizers say this or that.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use bytes::Bytes;
use http::{Request, StatusCode, header};
use liftgate::local::{Arrival, Gateway, Kind};
use liftgate::{Context, Invocation, Lambda};
use serde_json::json;
use tower::ServiceExt as _;

const JWT: &str = include_str!("../authorizers/jwt.json");
const COGNITO: &str = include_str!("../authorizers/cognito.json");
const LAMBDA: &str = include_str!("../authorizers/lambda.json");

async fn get(gateway: &Gateway, path: &str) -> http::Response<Bytes> {
    let mut request = Request::get(path).body(Bytes::new()).unwrap();
    let arrival = Arrival::new("192.0.2.7:40000".parse().unwrap(), 443);
    request.extensions_mut().insert(arrival);
    let event = gateway.render(&request).unwrap();
    let invocation = Invocation::new(event, Context::default());
    let reply = Lambda::new(crate::app()).oneshot(invocation).await.unwrap();
    gateway
        .parse(&request, &reply.into_bytes().unwrap())
        .unwrap()
}

async fn text(gateway: &Gateway, path: &str) -> String {
    let response = get(gateway, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{response:?}");
    String::from_utf8(response.into_body().to_vec()).unwrap()
}

async fn status(gateway: &Gateway, path: &str) -> u16 {
    get(gateway, path).await.status().as_u16()
}

fn saying(kind: Kind, said: &str) -> Gateway {
    Gateway::new(kind).authorizer(said.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_token_says_who_they_are() {
    for (kind, said) in [
        (Kind::HttpApi, JWT),
        (Kind::HttpApiV1, COGNITO),
        (Kind::RestApi, COGNITO),
    ] {
        let gateway = saying(kind, said);
        let me = text(&gateway, "/me").await;
        assert_eq!(me, "ada@example.com, in admin, staff\n", "{kind}");
        let admin = text(&gateway, "/admin").await;
        assert!(
            admin.starts_with("hello, admin 8c4c9a3e"),
            "{kind}: {admin}"
        );
        assert_eq!(text(&gateway, "/whoami").await, "192.0.2.7\n", "{kind}");
    }
}

#[tokio::test]
async fn a_lambda_authorizer_knows_roles_and_no_claims() {
    let gateway = saying(Kind::HttpApi, LAMBDA);
    assert_eq!(text(&gateway, "/admin").await, "hello, admin grace\n");
    assert_eq!(status(&gateway, "/me").await, 401);
    let said = json!({"lambda": {"user": "eve", "roles": ["staff"]}});
    let gateway = saying(Kind::HttpApi, &said.to_string());
    assert_eq!(status(&gateway, "/admin").await, 403);
}

#[tokio::test]
async fn who_is_in_no_group_is_no_admin() {
    let claims = json!({"sub": "u-1", "email": "eve@example.com"});
    let cases = [
        (Kind::HttpApi, json!({"jwt": {"claims": claims}})),
        (Kind::RestApi, json!({"claims": claims})),
    ];
    for (kind, said) in cases {
        let gateway = saying(kind, &said.to_string());
        assert_eq!(text(&gateway, "/me").await, "eve@example.com, in \n");
        assert_eq!(status(&gateway, "/admin").await, 403, "{kind}");
    }
}

#[tokio::test]
async fn nobody_is_401_and_has_an_address_all_the_same() {
    for kind in Kind::ALL {
        if kind == Kind::WebSocket {
            continue;
        }
        let gateway = Gateway::new(kind);
        let response = get(&gateway, "/me").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{kind}");
        assert_eq!(status(&gateway, "/admin").await, 401, "{kind}");
        assert_eq!(text(&gateway, "/whoami").await, "192.0.2.7\n", "{kind}");
        // A REST API and a function URL rename the challenge.
        let name = match kind {
            Kind::RestApi | Kind::FunctionUrl => "x-amzn-remapped-www-authenticate",
            _ => header::WWW_AUTHENTICATE.as_str(),
        };
        assert_eq!(response.headers()[name], "Bearer", "{kind}");
    }
}
