//! Pages that are rendered on the server, by [maud]: a form, what it leads to, and what becomes of
//! input that is wrong or evil.
//!
//! Run it with `cargo run -p example-maud`, and open the URL that it prints. Enter `<b>you</b>`, or
//! nothing at all.
//!
//! ```sh
//! curl -i http://127.0.0.1:9000/ -d name=you            # 303 to greeting?name=you
//! curl 'http://127.0.0.1:9000/greeting?name=%3Cb%3E'    # <h1>Hello, &lt;b&gt;!</h1>
//! curl -i http://127.0.0.1:9000/ -d name=               # 422, and the form again
//! ```
//!
//! To deploy it, take `deploy/sam/function-url.yaml`; or build it as the README says, and put any
//! gateway before it. The URLs are relative, so that it may lie below a stage; a REST API's is opened
//! with a slash at its end.
//!
//! [maud]: https://maud.lambda.xyz

use example_maud::app;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    liftgate::run(app()).await
}
