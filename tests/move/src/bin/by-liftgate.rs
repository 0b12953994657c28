//! The app by liftgate.

#[path = "../app.rs"]
mod app;

use liftgate::{Options, Runtime};

#[tokio::main]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var_os("STREAMING").is_some();
    let options = Options::new().streaming(streaming);
    Runtime::new().options(options).run(app::app()).await
}
