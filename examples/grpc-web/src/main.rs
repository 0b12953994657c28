//! A gRPC service by [tonic], for clients that speak [gRPC-Web][protocol]: a unary method, and one that
//! streams.
//!
//! Plain gRPC cannot pass these gateways. It sends the status of a call in the trailers of an HTTP/2
//! response, and neither a reply has a place for trailers ([source][reply]) nor a stream, whose own
//! trailers tell Lambda of an error ([source][stream]); a load balancer does not take Lambda functions
//! as targets for gRPC ([source][alb]). gRPC-Web writes the trailers as the last frame of the body,
//! and needs nothing of HTTP/1.1 but a request and a response. A plain gRPC client is answered
//! `UNIMPLEMENTED`, and why, in a response that is nothing but headers, which it does understand.
//!
//! Run it with `cargo run -p example-grpc-web`. In the text form, messages go as base64, so
//! `AAAAAAUKA3lvdQ==` is a frame of five bytes, `HelloRequest { name: "you" }`:
//!
//! ```sh
//! curl http://127.0.0.1:9000/example.Greeter/SayHello -d AAAAAAUKA3lvdQ== \
//!   -H 'content-type: application/grpc-web-text' -H 'accept: application/grpc-web-text'
//! ```
//!
//! A client in any language is generated of this:
//!
//! ```proto
//! syntax = "proto3";
//! package example;
//!
//! service Greeter {
//!   rpc SayHello(HelloRequest) returns (HelloReply);
//!   rpc SayHellos(HelloRequest) returns (stream HelloReply);
//! }
//!
//! message HelloRequest {
//!   string name = 1;
//! }
//!
//! message HelloReply {
//!   string message = 1;
//! }
//! ```
//!
//! # Deploying
//!
//! Take `deploy/sam/function-url.yaml`; or build it as the README says, and put a gateway before it. A
//! function URL with the invoke mode `RESPONSE_STREAM`, or a REST API with the response transfer mode
//! `STREAM`, sends the messages of a stream as they are made, since the program streams; any other
//! sends them all at its end. A REST API that does not stream needs the binary media type `*/*` for
//! `application/grpc-web+proto`, and none for `application/grpc-web-text`. For pages of other origins,
//! turn on CORS at the gateway or by tower-http's `CorsLayer`.
//!
//! [tonic]: https://docs.rs/tonic
//! [protocol]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
//! [reply]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
//! [stream]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
//! [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-group-protocol-version

use std::time::Duration;

use example_grpc_web::app;
use liftgate::{Options, Runtime};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let options = Options::new().streaming(true);
    let app = app(|| sleep(Duration::from_secs(1)));
    Runtime::new().options(options).run(app).await
}
