use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Request, Response};

/// Finds out how long each body is, as Rocket's server does before it sends one: a file's size is
/// not known before. A local response can be asked for no more than what is known.
pub(crate) struct Sizes;

#[rocket::async_trait]
impl Fairing for Sizes {
    fn info(&self) -> Info {
        Info {
            name: "liftgate",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        response.body_mut().size().await;
    }
}
