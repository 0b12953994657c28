use http::request::Parts;
use rocket::local::asynchronous::Client;
use rocket::{Build, Rocket};

use benches::cases::Case;

use crate::bare::{HELLO, bare, lambda};
use crate::event::request;
use crate::{Meter, Part, Runtime};

pub(crate) fn show(meter: &mut impl Meter, case: &Case) {
    bare(meter, case, "rocket");
    let runtime = Runtime::new();
    let service = runtime.run(liftgate_rocket::service(rocket())).unwrap();
    lambda(meter, case, "rocket", Part::Adapted, service);

    // What is made of them is to live as long as they do.
    let client = runtime.run(Client::untracked(rocket())).unwrap();
    let client: &'static Client = Box::leak(Box::new(client));
    let parts: &'static Parts = Box::leak(Box::new(request(case).into_parts().0));
    let run = move |()| {
        let mut local = client.get(parts.uri.path());
        for (name, value) in &parts.headers {
            let value = value.to_str().unwrap();
            local.add_header(rocket::http::Header::new(name.as_str(), value));
        }
        runtime.run(async { local.dispatch().await.into_string().await })
    };
    meter.measure("rocket", Part::Framework, || (), run);
}

#[rocket::get("/<_..>")]
fn hello() -> &'static str {
    HELLO
}

fn rocket() -> Rocket<Build> {
    let quiet = rocket::Config::figment().merge(("log_level", "off"));
    rocket::custom(quiet).mount("/", rocket::routes![hello])
}
