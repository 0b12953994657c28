//! Responses that are sent as they are made: server-sent events, one by one, and a file of 50 MB, of
//! which only a piece is in memory at a time.
//!
//! Run it with `cargo run -p example-streaming`, and ask the URL that it prints. It is a function URL
//! that streams, since the program does.
//!
//! ```sh
//! curl -N http://127.0.0.1:9000/events                          # 1 to 5, each after a second
//! curl -N http://127.0.0.1:9000/events -H 'last-event-id: 5'    # 6 to 10: how a browser comes back
//! curl -o file.txt http://127.0.0.1:9000/file
//! curl -r 0-99 http://127.0.0.1:9000/file                       # 206, and a hundred bytes
//! ```
//!
//! A stream may have [200 MB][limits], and as long as the function's timeout. It goes in chunks, so
//! the file comes without a `Content-Length`; its size is in the `Content-Range` of a part.
//!
//! Other gateways take a response only whole, and [at most 6 MB of it][limits]. With
//! `LIFTGATE_GATEWAY=http`, the events come all at once, and the file is a 500 from the gateway,
//! while the log says by how much it is too large; its parts are answered as before.
//!
//! # Deploying
//!
//! `deploy/sam/function-url.yaml` has it behind a URL that streams. A REST API does as well, with the
//! response transfer mode [`STREAM`][rest]. For a function made by other means, build it as the README
//! says, and give it such a URL:
//!
//! ```sh
//! aws lambda create-function-url-config --function-name streaming --auth-type NONE \
//!   --invoke-mode RESPONSE_STREAM
//! aws lambda add-permission --function-name streaming --statement-id url --principal '*' \
//!   --action lambda:InvokeFunctionUrl --function-url-auth-type NONE
//! aws lambda add-permission --function-name streaming --statement-id invoke --principal '*' \
//!   --action lambda:InvokeFunction --invoked-via-function-url
//! ```
//!
//! The file is made at the start, in `/tmp`; `STREAMING_FILE` names another one, in the package or on a
//! file system that the function mounts.
//!
//! [limits]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
//! [rest]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html

use std::env;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use example_streaming::{app, make_file};
use liftgate::{Options, Runtime};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    Runtime::new()
        .options(Options::new().streaming(true))
        .run_init(async {
            let file = match env::var_os("STREAMING_FILE") {
                Some(file) => PathBuf::from(file),
                None => make_file()?,
            };
            Ok::<_, io::Error>(app(file, || sleep(Duration::from_secs(1))))
        })
        .await
}
