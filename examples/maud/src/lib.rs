//! The app of the program, which tells how to run it.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Form, Router};
use maud::{DOCTYPE, Markup, html};
use serde::{Deserialize, Serialize};

/// The app.
///
/// # Examples
///
/// ```
/// let lambda = liftgate::Lambda::new(example_maud::app());
/// ```
pub fn app() -> Router {
    Router::new()
        .route("/", get(form).post(submit))
        .route("/greeting", get(greeting))
}

/// What the form sends, and the greeting's query is made of.
#[derive(Deserialize, Serialize)]
struct Guest {
    name: String,
}

async fn form() -> Markup {
    page("Who are you?", fields("", None))
}

/// Answers with a redirect, so that a page that is loaded again does not send the form again.
async fn submit(Form(guest): Form<Guest>) -> Response {
    if guest.name.trim().is_empty() {
        let fields = fields(&guest.name, Some("A name has to have something in it."));
        let page = page("Who are you?", fields);
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    }
    match serde_urlencoded::to_string(&guest) {
        // `Redirect::to` would do, were the path absolute.
        Ok(query) => (
            StatusCode::SEE_OTHER,
            [(LOCATION, format!("greeting?{query}"))],
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn greeting(Query(guest): Query<Guest>) -> Markup {
    let content = html! {
        p { "Your name has " (guest.name.chars().count()) " characters." }
        p { a href="./" { "Somebody else?" } }
    };
    page(&format!("Hello, {}!", guest.name), content)
}

fn fields(name: &str, complaint: Option<&str>) -> Markup {
    html! {
        form method="post" action="./" {
            label { "Your name " input name="name" value=(name) autofocus; }
            " "
            button { "Send" }
            @if let Some(complaint) = complaint {
                p role="alert" { (complaint) }
            }
        }
    }
}

/// A page around its content. What is put in by parentheses is escaped, unless it is markup.
fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
            }
            body {
                h1 { (title) }
                (content)
            }
        }
    }
}
