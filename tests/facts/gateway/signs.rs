//! What a gateway says of itself in a function's response.

use liftgate::local::{Gateway, Kind};

use super::sent;

#[test]
fn responses_tell_the_ids_of_the_request() {
    for (kind, names) in [
        (
            Kind::RestApi,
            &["x-amz-apigw-id", "x-amzn-requestid", "x-amzn-trace-id"][..],
        ),
        (Kind::HttpApi, &["apigw-requestid"]),
        (Kind::HttpApiV1, &["apigw-requestid"]),
        (Kind::FunctionUrl, &["x-amzn-requestid", "x-amzn-trace-id"]),
        (Kind::Alb, &["server"]),
        (Kind::Lattice, &[]),
    ] {
        let request = sent("GET", "/", &[], b"");
        let reply = br#"{"statusCode":200,"headers":{"content-type":"x"}}"#;
        let response = Gateway::new(kind).parse(&request, reply).unwrap();
        let mut got: Vec<_> = response
            .headers()
            .keys()
            .map(|name| name.as_str())
            .collect();
        got.retain(|name| *name != "content-type");
        got.sort_unstable();
        assert_eq!(got, names, "{kind}");
    }
}
