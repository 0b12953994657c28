//! Generates the service's server and client. Messages are written by hand, so there is no `.proto`
//! to compile, and no `protoc` to install.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name: &str, route: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type("crate::HelloRequest")
            .output_type("crate::HelloReply")
            .codec_path("tonic_prost::ProstCodec")
    };
    let greeter = Service::builder()
        .package("example")
        .name("Greeter")
        .method(method("say_hello", "SayHello").build())
        .method(method("say_hellos", "SayHellos").server_streaming().build())
        .build();
    Builder::new().build_transport(false).compile(&[greeter]);
}
