//! The app on Lambda, or behind a local gateway. See the library.

use example_httpbin::App;
use liftgate::{Options, Runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    Runtime::new().options(options).run(App::new()).await
}
