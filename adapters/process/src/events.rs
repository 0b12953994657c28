//! Events that are no requests: who sends them, and where they go.

mod marks;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use http::uri::PathAndQuery;
use liftgate::Event;

use crate::config::ParseError;

/// Declares the sources with their names, so that no list of them can miss one.
macro_rules! sources {
    ($($(#[$docs:meta])* $variant:ident = $name:literal,)*) => {
        /// What sends events that are no requests.
        ///
        /// An event's own marks tell, as AWS documents them; there is no mark on what a program
        /// sends by itself, or a rule of AWS IoT, so that is [`Other`](EventSource::Other).
        ///
        /// # Examples
        ///
        /// ```
        /// use liftgate_process::EventSource;
        ///
        /// let source: EventSource = "sqs".parse().unwrap();
        /// assert_eq!(source, EventSource::Sqs);
        /// assert_eq!(EventSource::BedrockAgent.name(), "bedrock-agent");
        /// assert!("sqz".parse::<EventSource>().is_err());
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventSource {
            $($(#[$docs])* $variant,)*
        }

        impl EventSource {
            /// All of them.
            pub const ALL: &'static [EventSource] = &[$(EventSource::$variant,)*];

            /// The name that `LIFTGATE_EVENT_PATHS` takes.
            pub fn name(self) -> &'static str {
                match self {
                    $(EventSource::$variant => $name,)*
                }
            }
        }
    };
}

sources! {
    /// A CloudWatch [alarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html).
    Alarm = "alarm",
    /// An Alexa [skill](https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html),
    /// or a smart home skill's directive.
    Alexa = "alexa",
    /// An AppSync [resolver](https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-lambda-js.html)
    /// that is a function.
    AppSync = "appsync",
    /// API Gateway, for a [Lambda authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html),
    /// or AppSync for one.
    Authorizer = "authorizer",
    /// A Bedrock [agent's](https://docs.aws.amazon.com/bedrock/latest/userguide/agents-lambda.html) action group.
    BedrockAgent = "bedrock-agent",
    /// CloudFormation: a [custom resource](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html)
    /// or a macro.
    CloudFormation = "cloudformation",
    /// A CodeCommit [trigger](https://docs.aws.amazon.com/lambda/latest/dg/services-codecommit.html).
    CodeCommit = "codecommit",
    /// A CodeDeploy [hook](https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html).
    CodeDeploy = "codedeploy",
    /// A CodePipeline [action](https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html).
    CodePipeline = "codepipeline",
    /// A Cognito [trigger](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
    Cognito = "cognito",
    /// An AWS Config [rule](https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html).
    Config = "config",
    /// An Amazon Connect [flow](https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html).
    Connect = "connect",
    /// The [destination](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html)
    /// of another function's invocations.
    Destination = "destination",
    /// An Amazon DocumentDB [change stream](https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html).
    DocDb = "docdb",
    /// A DynamoDB [stream](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html).
    DynamoDb = "dynamodb",
    /// An EventBridge [rule](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html),
    /// but for schedules.
    EventBridge = "eventbridge",
    /// A Firehose [transformation](https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html).
    Firehose = "firehose",
    /// AWS IoT: a [custom authorizer](https://docs.aws.amazon.com/iot/latest/developerguide/custom-auth-lambda.html),
    /// or a button. Messages of its rules have no mark.
    Iot = "iot",
    /// Kafka, [of Amazon](https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html) or one's own.
    Kafka = "kafka",
    /// A Kinesis [stream](https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html).
    Kinesis = "kinesis",
    /// A Lex [bot](https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html).
    Lex = "lex",
    /// A CloudWatch Logs [subscription](https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html).
    Logs = "logs",
    /// Amazon [MQ](https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html).
    Mq = "mq",
    /// S3 [notifications](https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html).
    S3 = "s3",
    /// S3 [Batch Operations](https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html).
    S3Batch = "s3-batch",
    /// S3 [Object Lambda](https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-writing-lambda.html).
    S3ObjectLambda = "s3-object-lambda",
    /// A schedule: EventBridge's [scheduled event](https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html).
    Schedule = "schedule",
    /// Secrets Manager, for a [rotation](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html).
    SecretsManager = "secretsmanager",
    /// SES, on [receiving](https://docs.aws.amazon.com/lambda/latest/dg/services-ses.html) mail.
    Ses = "ses",
    /// An SNS [topic](https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html).
    Sns = "sns",
    /// An SQS [queue](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
    Sqs = "sqs",
    /// Whatever else.
    Other = "other",
}

impl EventSource {
    /// Who sent an event. The event is read up to the first mark, and no further.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::Event;
    /// use liftgate_process::{EventPaths, EventSource};
    ///
    /// fn path(event: &Event, paths: &EventPaths) -> Option<String> {
    ///     let path = paths.of(EventSource::of(event));
    ///     path.map(ToString::to_string)
    /// }
    /// ```
    pub fn of(event: &Event) -> EventSource {
        marks::source_of(event.bytes())
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventSource {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, ParseError> {
        let mut all = EventSource::ALL.iter().copied();
        all.find(|source| source.name() == name).ok_or_else(|| {
            let names: Vec<_> = EventSource::ALL.iter().map(|one| one.name()).collect();
            ParseError::new(format!("`{name}` is none of {}", names.join(", ")))
        })
    }
}

/// The paths of the app that events go to which are no requests.
///
/// # Examples
///
/// ```
/// use liftgate_process::{EventPaths, EventSource};
///
/// let mut paths = EventPaths::default();
/// assert_eq!(paths.of(EventSource::Sqs).unwrap(), "/events");
///
/// paths.default = None;
/// paths.sources.insert(EventSource::Sqs, "/jobs".parse().unwrap());
/// assert_eq!(paths.of(EventSource::Sqs).unwrap(), "/jobs");
/// assert_eq!(paths.of(EventSource::S3), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPaths {
    /// That of events whose source has no path of its own; without it, they fail the invocation.
    pub default: Option<PathAndQuery>,
    /// The default path was not set by anybody.
    pub is_implied: bool,
    /// The paths of single sources.
    pub sources: BTreeMap<EventSource, PathAndQuery>,
}

impl EventPaths {
    /// The path of a source's events.
    pub fn of(&self, source: EventSource) -> Option<&PathAndQuery> {
        self.sources.get(&source).or(self.default.as_ref())
    }

    /// All paths, the default one first.
    pub fn iter(&self) -> impl Iterator<Item = &PathAndQuery> {
        self.default.iter().chain(self.sources.values())
    }
}

impl Default for EventPaths {
    fn default() -> Self {
        EventPaths {
            default: Some(PathAndQuery::from_static("/events")),
            is_implied: true,
            sources: BTreeMap::new(),
        }
    }
}
