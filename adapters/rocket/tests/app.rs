//! A rocket that answers in the ways that Rocket has.

use std::io::{self, Cursor};
use std::path::PathBuf;
use std::time::Duration;

use rocket::data::ToByteUnit as _;
use rocket::fairing::AdHoc;
use rocket::form::Form;
use rocket::fs::NamedFile;
use rocket::http::{ContentType, Cookie, CookieJar, Method, Status};
use rocket::response::stream::{ByteStream, Event, EventStream, TextStream};
use rocket::response::{Redirect, Responder, Response, content};
use rocket::route::{Handler, Outcome};
use rocket::tokio::time::sleep;
use rocket::{Build, Config, Data, Request, Rocket, Route, catch, catchers, get, post, routes};

pub(crate) fn rocket() -> Rocket<Build> {
    let config = Config::figment()
        .merge(("log_level", "off"))
        .merge(("port", 0))
        .merge(("shutdown.ctrlc", false))
        .merge(("secret_key", "ab".repeat(32)));
    let methods = [
        Method::Get,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Head,
        Method::Trace,
        Method::Connect,
        Method::Patch,
    ];
    let seen = methods.map(|method| Route::ranked(20, method, "/<path..>", Seen));
    let routes = routes![
        text,
        json,
        found,
        file,
        unseekable,
        stream,
        events,
        bytes,
        long,
        nothing,
        given,
        panics,
        fails,
        set_cookies,
        private,
        form,
        short,
        over,
        chunked,
        own_length,
        bad_name,
        bad_value,
        tail,
        cut,
    ];
    rocket::custom(config)
        .mount("/", routes)
        .mount("/seen", seen)
        .register("/caught", catchers![caught])
        .attach(AdHoc::on_response("mark", |request, response| {
            Box::pin(async move {
                let size = response.body_mut().preset_size().is_some();
                let mark = format!("{} {size}", request.method());
                response.set_raw_header("X-Mark", mark);
            })
        }))
}

/// All that a handler sees of a request.
#[derive(Clone)]
struct Seen;

#[rocket::async_trait]
impl Handler for Seen {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let body = data.open(8.mebibytes()).into_bytes().await.unwrap();
        let segments: Vec<_> = request.uri().path().segments().collect();
        let mut cookies: Vec<_> = request.cookies().iter().map(Cookie::to_string).collect();
        cookies.sort();
        let headers: Vec<_> = request.headers().iter().map(|h| h.to_string()).collect();
        let seen = format!(
            "{} {}\n{segments:?}\nhost {:?}\ncontent type {:?}\naccept {:?}\n{cookies:#?}\n\
             {headers:#?}\n{} bytes {:?}",
            request.method(),
            request.uri(),
            request.host(),
            request.content_type(),
            request.accept(),
            body.len(),
            body.get(..40.min(body.len())),
        );
        Outcome::from(request, seen)
    }
}

#[get("/text")]
fn text() -> &'static str {
    "text"
}

#[get("/json")]
fn json() -> content::RawJson<String> {
    content::RawJson("{}".to_owned())
}

#[get("/found?<to>")]
fn found(to: String) -> Redirect {
    Redirect::found(to)
}

#[get("/file")]
async fn file() -> Option<NamedFile> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    NamedFile::open(path).await.ok()
}

/// A response, as it is put together by hand.
struct Made(Response<'static>);

impl<'r> Responder<'r, 'static> for Made {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        Ok(self.0)
    }
}

/// A body with a size that nobody has said, which is read from its middle.
#[get("/unseekable")]
fn unseekable() -> Made {
    let mut body = Cursor::new("the middle");
    body.set_position(4);
    Made(Response::build().sized_body(None, body).finalize())
}

#[get("/stream/<n>")]
fn stream(n: u64) -> TextStream![String] {
    TextStream! {
        for i in 0..n {
            sleep(Duration::from_millis(20)).await;
            yield format!("chunk {i}\n");
        }
    }
}

#[get("/events")]
fn events() -> EventStream![] {
    EventStream! {
        for i in 0..3 {
            yield Event::data(format!("event {i}")).id(i.to_string());
        }
    }
}

#[get("/bytes")]
fn bytes() -> ByteStream![Vec<u8>] {
    ByteStream! {
        for i in 0..3 {
            yield vec![i; 5000];
        }
    }
}

#[get("/long")]
fn long() -> Vec<u8> {
    (0..3_000_000_u32).map(|i| (i / 7) as u8).collect()
}

#[get("/nothing")]
fn nothing() -> Status {
    Status::NoContent
}

#[get("/given/<code>")]
fn given(code: u16) -> (Status, &'static str) {
    (Status::new(code), "given")
}

#[get("/panics")]
fn panics() -> &'static str {
    panic!("/panics was asked for")
}

#[get("/fails")]
fn fails() -> Result<&'static str, io::Error> {
    Err(io::Error::other("/fails was asked for"))
}

#[get("/set-cookies")]
fn set_cookies(jar: &CookieJar<'_>) -> &'static str {
    jar.add(("one", "1 %"));
    jar.add(Cookie::build(("two", "2")).path("/seen").http_only(true));
    jar.remove("gone");
    "set"
}

#[get("/private")]
fn private(jar: &CookieJar<'_>) -> String {
    let known = jar
        .get_private("who")
        .map(|cookie| cookie.value().to_owned());
    jar.add_private(("who", "me"));
    format!("{known:?}")
}

#[post("/form", data = "<form>")]
fn form(form: Form<Vec<String>>) -> String {
    format!("{:?}", form.into_inner())
}

/// Less than it says.
#[get("/short")]
fn short() -> Made {
    Made(
        Response::build()
            .sized_body(10, Cursor::new("short"))
            .finalize(),
    )
}

/// More than it says.
#[get("/over")]
fn over() -> Made {
    Made(
        Response::build()
            .sized_body(2, Cursor::new("over"))
            .finalize(),
    )
}

#[get("/chunked")]
fn chunked() -> Made {
    let mut response = Response::build();
    response
        .raw_header("Transfer-Encoding", "chunked")
        .sized_body(None, Cursor::new("chunked"));
    Made(response.finalize())
}

#[get("/own-length")]
fn own_length() -> Made {
    let mut response = Response::build();
    response
        .raw_header("Content-Length", "10")
        .streamed_body(Cursor::new("own length"));
    Made(response.finalize())
}

#[get("/bad-name")]
fn bad_name() -> Made {
    Made(Response::build().raw_header("X Bad", "1").finalize())
}

#[get("/bad-value")]
fn bad_value() -> Made {
    Made(Response::build().raw_header("X-Bad", "1\n2").finalize())
}

#[get("/tail/<path..>")]
fn tail(path: PathBuf) -> String {
    path.display().to_string()
}

/// A body that fails after its first chunk.
#[get("/cut")]
fn cut() -> Made {
    use rocket::tokio::io::AsyncReadExt as _;
    Made(
        Response::build()
            .streamed_body(Cursor::new("first").chain(Failing))
            .finalize(),
    )
}

struct Failing;

impl rocket::tokio::io::AsyncRead for Failing {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut rocket::tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Err(io::Error::other("/cut was asked for")))
    }
}

#[catch(default)]
fn caught(status: Status, request: &Request<'_>) -> (ContentType, String) {
    let text = format!("caught {status} at {} {}", request.method(), request.uri());
    (ContentType::Plain, text)
}
