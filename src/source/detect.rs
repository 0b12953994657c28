use super::wire::Wire;
use super::{ALL, PassThrough, Source};
use crate::event::{has, member_names, text_at};
use crate::{Error, Options};

/// The source of an event, by its marks.
pub(crate) fn detect(wire: &Wire<'_>, options: &Options) -> Result<&'static dyn Source, Error> {
    if let Some(source) = options.only_source() {
        return Ok(source);
    }
    if !wire.is_authorizer {
        let mut sources = options.table().iter();
        if let Some(source) = sources.find(|source| source.mark(wire)) {
            return Ok(*source);
        }
    }
    if options.pass_through_path().is_some() {
        return Ok(&PassThrough);
    }
    Err(unknown(wire, options.table()))
}

#[cold]
fn unknown(wire: &Wire<'_>, accepted: &[&dyn Source]) -> Error {
    let looks = looks_like(wire);
    let mut message = format!("this is {looks}; turn on Options::pass_through to receive it");
    if accepted.len() < ALL.len() {
        let names: Vec<_> = accepted.iter().map(|source| source.name()).collect();
        let names = names.join(", ");
        message.push_str(&format!(" (Options::sources accepts {names})"));
    }
    Error::unknown_event(message)
}

/// What an event looks like, for someone who wonders how it got here.
fn looks_like(wire: &Wire<'_>) -> String {
    let text = |path: &[&str]| text_at(wire.event, path);
    let has = |path: &[&str]| has(wire.event, path);
    let record = text(&["Records", "0", "eventSource"]);
    if let Some(source) = record.or_else(|| text(&["Records", "0", "EventSource"])) {
        let service = source.trim_start_matches("aws:");
        let service = match service {
            "sqs" => "an SQS",
            "sns" => "an SNS",
            "s3" => "an S3",
            "ses" => "an SES",
            "dynamodb" => "a DynamoDB",
            "kinesis" => "a Kinesis",
            other => return format!("an event of {other}"),
        };
        return format!("{service} event");
    }
    let known: &[(&str, &[&str])] = &[
        (
            "a Lambda@Edge event, and Lambda@Edge runs Node.js and Python only",
            &["Records", "0", "cf"],
        ),
        ("an EventBridge event", &["detail-type"]),
        ("a CloudWatch Logs event", &["awslogs"]),
        ("an event of a Kafka source", &["bootstrapServers"]),
        ("a Cognito trigger", &["triggerSource"]),
        ("a Bedrock agent's event", &["actionGroup"]),
        (
            "a CloudFormation custom resource's event",
            &["ResourceProperties"],
        ),
        ("a Firehose event", &["deliveryStreamArn"]),
    ];
    if wire.is_authorizer {
        return "a Lambda authorizer's event".to_owned();
    }
    if let Some((looks, _)) = known.iter().find(|(_, path)| has(path)) {
        return (*looks).to_owned();
    }
    match member_names(wire.event) {
        None => "JSON, but no object".to_owned(),
        Some(names) if names.is_empty() => "an empty object".to_owned(),
        Some(mut names) => {
            let more = names.len().saturating_sub(8);
            names.truncate(8);
            let names = names.join(", ");
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("an event of no known kind, with {names}{more}")
        }
    }
}
