//! A batch of [messages from SQS][event], and the answer that tells [which have failed][failures].
//!
//! [event]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
//! [failures]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::orders::{Order, Orders};

/// The event. One of another kind is none, and fails the invocation by the status that axum answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
    attributes: Attributes,
}

/// What SQS says of a message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    /// There is one if the queue is first-in, first-out.
    message_group_id: Option<String>,
}

/// The answer.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Takes the orders of a batch.
pub(crate) async fn take(State(orders): State<Orders>, Json(batch): Json<Batch>) -> Json<Outcome> {
    let mut outcome = Outcome::default();
    for message in batch.records {
        // Whatever comes after a failure in a first-in, first-out queue has to come again too, or
        // the queue would not be in order.
        let is_stopped = message.attributes.message_group_id.is_some()
            && !outcome.batch_item_failures.is_empty();
        if is_stopped {
            outcome.fail(message);
            continue;
        }
        if let Err(reason) = order(&orders, &message) {
            eprintln!("{}: {reason}", message.message_id);
            outcome.fail(message);
        }
    }
    Json(outcome)
}

fn order(orders: &Orders, message: &Message) -> Result<(), String> {
    let order: Order = serde_json::from_str(&message.body).map_err(|error| error.to_string())?;
    Ok(orders.take(order)?)
}

impl Outcome {
    fn fail(&mut self, message: Message) {
        self.batch_item_failures.push(Failure {
            item_identifier: message.message_id,
        });
    }
}
