//! One axum app for a queue and for HTTP: orders come by SQS or by `POST /orders`, and `GET /orders`
//! tells what was ordered. A batch of messages of which some fail is answered by their ids, and SQS
//! delivers those again, and no others.
//!
//! By HTTP: run it with `cargo run -p example-queue`, and ask the URL it prints:
//!
//! ```sh
//! curl http://127.0.0.1:9000/orders --json '{"article":"tea","count":2}'
//! curl http://127.0.0.1:9000/orders
//! curl http://127.0.0.1:9000/events --json @examples/queue/events/batch.json    # 404: not by HTTP
//! ```
//!
//! By the queue: `liftgate invoke` sends an event as Lambda would. Of these four messages two fail:
//!
//! ```sh
//! cargo build -p example-queue
//! cargo run -p liftgate-cli -- invoke examples/queue/events/batch.json -- target/debug/example-queue
//! ```
//!
//! To deploy it, take `deploy/sam/queue.yaml`: an API, the queue, and another one for what fails again
//! and again. Or build it and make a function of it as the README says, with
//! `--no-default-features -p example-queue`; give it a function URL or an API, and the queue. Without
//! `ReportBatchItemFailures`, SQS takes the answer for success, and the messages that failed are lost:
//!
//! ```sh
//! aws lambda create-event-source-mapping --function-name queue --batch-size 10 \
//!   --event-source-arn arn:aws:sqs:eu-central-1:123456789012:orders \
//!   --function-response-types ReportBatchItemFailures
//! ```
//!
//! Orders are kept in memory here, and so by each environment alone.

use liftgate::Runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let options = example_queue::options();
    Runtime::new()
        .options(options)
        .run(example_queue::app())
        .await
}
