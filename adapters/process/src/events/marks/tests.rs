use super::source_of;
use crate::EventSource;
use EventSource as Is;

fn check(source: EventSource, event: &str) {
    assert_eq!(source_of(event.as_bytes()), source, "{event}");
}

#[test]
fn records_are_of_the_service_that_the_first_one_names() {
    for (source, name) in [
        (Is::Sqs, "aws:sqs"),
        (Is::S3, "aws:s3"),
        (Is::Ses, "aws:ses"),
        (Is::DynamoDb, "aws:dynamodb"),
        (Is::Kinesis, "aws:kinesis"),
        (Is::CodeCommit, "aws:codecommit"),
        (Is::Other, "aws:later"),
        (Is::Other, "sqs"),
    ] {
        check(
            source,
            &format!(r#"{{"Records":[{{"body":"b","eventSource":"{name}"}},{{}}]}}"#),
        );
    }
    check(
        Is::Sns,
        r#"{"Records":[{"EventVersion":"1.0","EventSource":"aws:sns","Sns":{}}]}"#,
    );
    check(Is::Other, r#"{"Records":[]}"#);
    check(Is::Other, r#"{"Records":[{"cf":{}}]}"#);
}

#[test]
fn streams_name_their_service_themselves() {
    for (source, name) in [
        (Is::Kafka, "aws:kafka"),
        (Is::Kafka, "aws:SelfManagedKafka"),
        (Is::Mq, "aws:mq"),
        (Is::Mq, "aws:rmq"),
        (Is::DocDb, "aws:docdb"),
        (Is::Other, "signin.amazonaws.com"),
    ] {
        check(
            source,
            &format!(r#"{{"eventSource":"{name}","records":{{}}}}"#),
        );
    }
}

#[test]
fn what_has_a_member_of_its_own_is_told_by_it() {
    for (source, event) in [
        (
            Is::EventBridge,
            r#"{"version":"0","detail-type":"EC2 x","source":"aws.ec2","detail":{}}"#,
        ),
        (
            Is::Schedule,
            r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events"}"#,
        ),
        (
            Is::Schedule,
            r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.scheduler"}"#,
        ),
        (Is::Logs, r#"{"awslogs":{"data":"H4sI"}}"#),
        (
            Is::Firehose,
            r#"{"invocationId":"i","deliveryStreamArn":"arn","records":[]}"#,
        ),
        (
            Is::Cognito,
            r#"{"version":"1","triggerSource":"PreSignUp_SignUp","request":{}}"#,
        ),
        (
            Is::Cognito,
            r#"{"datasetName":"d","eventType":"SyncTrigger","datasetRecords":{}}"#,
        ),
        (
            Is::Config,
            r#"{"configRuleId":"c","version":"1.0","invokingEvent":"{}"}"#,
        ),
        (Is::CodePipeline, r#"{"CodePipeline.job":{"id":"1"}}"#),
        (
            Is::CloudFormation,
            r#"{"RequestType":"Create","ResourceProperties":{}}"#,
        ),
        (
            Is::CloudFormation,
            r#"{"region":"r","fragment":{},"transformId":"1::M"}"#,
        ),
        (
            Is::Alarm,
            r#"{"source":"aws.cloudwatch","alarmArn":"arn","alarmData":{}}"#,
        ),
        (
            Is::BedrockAgent,
            r#"{"messageVersion":"1.0","agent":{},"actionGroup":"a","httpMethod":"POST"}"#,
        ),
        (
            Is::Lex,
            r#"{"sessionState":{},"invocationSource":"DialogCodeHook","bot":{}}"#,
        ),
        (
            Is::Lex,
            r#"{"currentIntent":{},"bot":{},"invocationSource":"FulfillmentCodeHook"}"#,
        ),
        (
            Is::Iot,
            r#"{"token":"t","signatureVerified":true,"protocolData":{}}"#,
        ),
        (Is::Iot, r#"{"serialNumber":"G","clickType":"SINGLE"}"#),
        (
            Is::Authorizer,
            r#"{"type":"TOKEN","authorizationToken":"a","methodArn":"arn"}"#,
        ),
        (
            Is::Authorizer,
            r#"{"version":"2.0","type":"REQUEST","routeArn":"arn"}"#,
        ),
        (
            Is::Authorizer,
            r#"{"authorizationToken":"t","requestContext":{"apiId":"a"}}"#,
        ),
        (
            Is::CodeDeploy,
            r#"{"DeploymentId":"d","LifecycleEventHookExecutionId":"e"}"#,
        ),
        (
            Is::SecretsManager,
            r#"{"Step":"createSecret","SecretId":"s","ClientRequestToken":"t"}"#,
        ),
        (
            Is::S3Batch,
            r#"{"invocationSchemaVersion":"1.0","invocationId":"i","tasks":[]}"#,
        ),
        (
            Is::S3ObjectLambda,
            r#"{"xAmzRequestId":"r","getObjectContext":{},"userRequest":{}}"#,
        ),
        (
            Is::Destination,
            r#"{"version":"1.0","requestContext":{},"requestPayload":{}}"#,
        ),
        (
            Is::Connect,
            r#"{"Name":"ContactFlowExecution","Details":{"Parameters":{},"ContactData":{}}}"#,
        ),
        (
            Is::AppSync,
            r#"{"arguments":{},"info":{"fieldName":"f","parentTypeName":"Query"}}"#,
        ),
        (
            Is::AppSync,
            r#"[{"arguments":{},"info":{"parentTypeName":"Query"}},{}]"#,
        ),
        (
            Is::Alexa,
            r#"{"version":"1.0","session":{},"context":{"System":{}},"request":{}}"#,
        ),
        (
            Is::Alexa,
            r#"{"directive":{"header":{"namespace":"Alexa.Discovery"}}}"#,
        ),
    ] {
        check(source, event);
    }
}

#[test]
fn whatever_else_is_other() {
    for event in [
        "{}",
        "null",
        "7",
        r#""sqs""#,
        "[]",
        "not JSON",
        "",
        r#"{"detail-type":null,"awslogs":null}"#,
        r#"{"detail-type":{"a":[1]},"context":{"a":1},"Details":[],"info":"x"}"#,
        r#"{"context":{"custom":{"System":{}}}}"#,
        r#"{"invocationSource":"cron"}"#,
    ] {
        check(Is::Other, event);
    }
}

#[test]
fn a_value_of_another_type_does_not_hide_what_follows() {
    check(
        Is::Sqs,
        r#"{"detail-type":[{"a":{}}],"context":{"b":[1.5,-2]},"Records":[{"eventSource":"aws:sqs"}]}"#,
    );
    check(Is::Logs, r#"{"awslogs":7.5}"#);
    check(Is::Logs, r#"{"awslogs":[]}"#);
}

#[test]
fn what_comes_behind_the_mark_is_not_read() {
    check(Is::Logs, r#"{"awslogs":{"data": broken"#);
    check(Is::Sqs, r#"{"Records":[{"eventSource":"aws:sqs", broken"#);
    check(Is::Schedule, r#"{"detail-type":"Scheduled Event""#);
}

#[test]
fn text_that_is_not_utf_8_is_passed_over() {
    let event = b"{\"a\":\"\xff\",\"awslogs\":{}}";
    assert_eq!(source_of(event), Is::Logs);
}

#[test]
fn names_are_what_is_parsed() {
    for source in EventSource::ALL {
        assert_eq!(source.name().parse(), Ok(*source));
        assert_eq!(source.to_string(), source.name());
    }
    let error = "SQS".parse::<EventSource>().unwrap_err().to_string();
    assert!(
        error.starts_with("`SQS` is none of alarm, alexa"),
        "{error}"
    );
}
