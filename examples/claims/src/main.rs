//! Who is asking: the claims that API Gateway has verified, in an axum app.
//!
//! Run it with `cargo run -p example-claims`. The local gateway is an HTTP API whose JWT authorizer
//! says what is in `authorizers/jwt.json`:
//!
//! ```sh
//! curl http://127.0.0.1:9000/me        # ada@example.com, in admin, staff
//! curl http://127.0.0.1:9000/admin     # hello, admin 8c4c9a3e-2d5a-4b1e-9a57-0f6f2f1d7a10
//! curl http://127.0.0.1:9000/whoami    # 127.0.0.1
//! ```
//!
//! Behind another gateway nobody is authorized, and `/me` is 401: `LIFTGATE_GATEWAY=rest cargo run -p
//! example-claims`. With a REST API and its Cognito user pool, or an HTTP API and a Lambda authorizer:
//!
//! ```sh
//! cargo build -p example-claims -p liftgate-cli && cd examples/claims
//! ../../target/debug/liftgate dev --gateway rest --authorizer authorizers/cognito.json -- ../../target/debug/example-claims
//! ../../target/debug/liftgate dev --gateway http --authorizer authorizers/lambda.json -- ../../target/debug/example-claims
//! ```
//!
//! To deploy it, build it as the README says, and put an API with an authorizer before it:
//!
//! ```sh
//! aws apigatewayv2 create-authorizer --api-id "$API" --name users --authorizer-type JWT \
//!   --identity-source '$request.header.Authorization' \
//!   --jwt-configuration Audience="$CLIENT",Issuer="https://cognito-idp.$REGION.amazonaws.com/$POOL"
//! aws apigatewayv2 update-route --api-id "$API" --route-id "$ROUTE" \
//!   --authorization-type JWT --authorizer-id "$AUTHORIZER"
//! ```
//!
//! Only the gateway is trusted: whoever can invoke the function without it can write any claims.

mod user;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use liftgate::{Options, Runtime};
use liftgate_axum::{Claims, ConnectInfoLayer};

use user::{Admin, User};

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn me(Claims(user): Claims<User>) -> String {
    let name = user.email.as_ref().unwrap_or(&user.sub);
    format!("{name}, in {}\n", user.groups.join(", "))
}

async fn admin(Admin(name): Admin) -> String {
    format!("hello, admin {name}\n")
}

async fn whoami(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
    format!("{}\n", client.ip())
}

fn app() -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/admin", get(admin))
        .route("/whoami", get(whoami))
        .layer(ConnectInfoLayer::new())
}

/// What stands before the app where there is no Lambda.
#[cfg(feature = "local")]
fn options() -> Result<Options, Error> {
    use liftgate::local::{Gateway, Kind};

    let said = include_bytes!("../authorizers/jwt.json");
    let gateway = Gateway::new(Kind::HttpApi).authorizer(said)?;
    Ok(Options::new().local_gateway(gateway))
}

#[cfg(not(feature = "local"))]
fn options() -> Result<Options, Error> {
    Ok(Options::new())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Runtime::new().options(options()?).run(app()).await?;
    Ok(())
}
