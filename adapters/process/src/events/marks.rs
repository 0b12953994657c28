//! What tells an event's source.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::EventSource;
use Mark::{Text, There, Within};

/// What a member of an event says.
enum Mark {
    /// That it is there says it.
    There(EventSource),
    /// Its text may say it.
    Text(fn(&str) -> Option<EventSource>),
    /// Its members may say it, or those of its first element.
    Within(&'static [(&'static str, Mark)]),
}

/// The source of an event, by the first mark in it. What comes behind that is not read.
pub(super) fn source_of(event: &[u8]) -> EventSource {
    let found = Cell::new(None);
    let look = Look {
        mark: &EVENT,
        found: &found,
    };
    // An error is how it stops; and what is not JSON has no mark.
    let _ = look.deserialize(&mut serde_json::Deserializer::from_slice(event));
    found.get().unwrap_or(EventSource::Other)
}

const EVENT: Mark = Within(&[
    (
        "Records",
        Within(&[
            ("eventSource", Text(of_service)),
            ("EventSource", Text(of_service)),
        ]),
    ),
    ("eventSource", Text(of_service)),
    ("detail-type", Text(of_rule)),
    ("awslogs", There(EventSource::Logs)),
    ("deliveryStreamArn", There(EventSource::Firehose)),
    ("triggerSource", There(EventSource::Cognito)),
    ("datasetRecords", There(EventSource::Cognito)),
    ("invokingEvent", There(EventSource::Config)),
    ("CodePipeline.job", There(EventSource::CodePipeline)),
    ("ResourceProperties", There(EventSource::CloudFormation)),
    ("transformId", There(EventSource::CloudFormation)),
    ("alarmData", There(EventSource::Alarm)),
    ("actionGroup", There(EventSource::BedrockAgent)),
    ("invocationSource", Text(of_lex)),
    ("protocolData", There(EventSource::Iot)),
    ("clickType", There(EventSource::Iot)),
    ("methodArn", There(EventSource::Authorizer)),
    ("routeArn", There(EventSource::Authorizer)),
    ("authorizationToken", There(EventSource::Authorizer)),
    (
        "LifecycleEventHookExecutionId",
        There(EventSource::CodeDeploy),
    ),
    ("ClientRequestToken", There(EventSource::SecretsManager)),
    ("invocationSchemaVersion", There(EventSource::S3Batch)),
    ("userRequest", There(EventSource::S3ObjectLambda)),
    ("requestPayload", There(EventSource::Destination)),
    (
        "Details",
        Within(&[("ContactData", There(EventSource::Connect))]),
    ),
    (
        "info",
        Within(&[("parentTypeName", There(EventSource::AppSync))]),
    ),
    ("context", Within(&[("System", There(EventSource::Alexa))])),
    (
        "directive",
        Within(&[("header", There(EventSource::Alexa))]),
    ),
]);

fn of_service(name: &str) -> Option<EventSource> {
    Some(match name.strip_prefix("aws:")? {
        "sqs" => EventSource::Sqs,
        "sns" => EventSource::Sns,
        "s3" => EventSource::S3,
        "ses" => EventSource::Ses,
        "dynamodb" => EventSource::DynamoDb,
        "kinesis" => EventSource::Kinesis,
        "codecommit" => EventSource::CodeCommit,
        "kafka" | "SelfManagedKafka" => EventSource::Kafka,
        "mq" | "rmq" => EventSource::Mq,
        "docdb" => EventSource::DocDb,
        _ => return None,
    })
}

/// Schedules of EventBridge's rules and those of its Scheduler name themselves so.
fn of_rule(detail_type: &str) -> Option<EventSource> {
    Some(match detail_type {
        "Scheduled Event" => EventSource::Schedule,
        _ => EventSource::EventBridge,
    })
}

fn of_lex(source: &str) -> Option<EventSource> {
    source.ends_with("CodeHook").then_some(EventSource::Lex)
}

/// Reads a value for its mark. An error ends the reading of the event.
#[derive(Clone, Copy)]
struct Look<'a> {
    mark: &'static Mark,
    found: &'a Cell<Option<EventSource>>,
}

impl Look<'_> {
    fn there<E: Error>(self) -> Result<(), E> {
        match self.mark {
            There(source) => self.found::<E>(Some(*source)),
            _ => Ok(()),
        }
    }

    fn found<E: Error>(self, source: Option<EventSource>) -> Result<(), E> {
        self.found.set(source);
        match source {
            Some(_) => Err(E::custom("found")),
            None => Ok(()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.there()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.there()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.there()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.there()
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.mark {
            Text(of) => self.found(of(text)),
            _ => self.there(),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.there()?;
        let marks = match self.mark {
            Within(marks) => *marks,
            _ => &[],
        };
        while let Some(mark) = members.next_key_seed(Name(marks))? {
            match mark {
                Some(mark) => members.next_value_seed(Look { mark, ..self })?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.there()?;
        elements.next_element_seed(self)?;
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Reads a member's name for the mark that it has.
struct Name(&'static [(&'static str, Mark)]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Mark>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Mark>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let mut marks = self.0.iter();
        let mark = marks.find(|(known, _)| *known == name);
        Ok(mark.map(|(_, mark)| mark))
    }
}

#[cfg(test)]
mod tests;
