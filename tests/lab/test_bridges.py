"""Each bridge between ministack and AWS: its private names are there, and it has its effect."""

import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.ministack.errors import LabError
from lab.ministack.private import PrivateName
from lab.ministack.server import PYTHON, ROOT
from tests.lab.aws import ACCOUNT, TOKEN, LocalAws, eventually

pytestmark = pytest.mark.lab

ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"
WARNING: Any = {
    "Source": "aws.ec2",
    "DetailType": "EC2 Spot Instance Interruption Warning",
    "Detail": json.dumps({"instance-id": "i-0abc", "instance-action": "terminate"}),
    "Time": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
}

MY_EVENT: Any = {**WARNING, "Source": "my.app"}

VERIFY = """
import json, sys
sys.path.append(sys.argv[1])
from lab.ministack import bridges
from lab.ministack.errors import LabError
answer = {}
for bridge in bridges.ALL:
    for name in bridge.names:
        try:
            name.verify()
            answer[f"{bridge.name}: {name}"] = "ok"
        except LabError as error:
            answer[f"{bridge.name}: {name}"] = str(error)
print(json.dumps(answer))
"""

TRANSIENT = """
import json, sys, time
sys.path.append(sys.argv[1])
from lab.ministack.bridges import delivery
delivery.BACKOFF = 0.01
sent = []
delivery.send_to_queue = lambda arn, body, attributes: sent.append([arn, body, attributes])
tries = []
def attempt():
    tries.append(1)
    if len(tries) <= int(sys.argv[2]):
        raise ConnectionError("the target is away")
rule = {"Arn": "rule"}
target = {"Arn": "queue", "DeadLetterConfig": {"Arn": "dlq"}, "RetryPolicy": {"MaximumRetryAttempts": 3}}
delivery.current.set(delivery.Delivery.of(target, rule))
delivery.deliver(attempt, "the event")
end = time.monotonic() + 5
while time.monotonic() < end and not sent and len(tries) <= int(sys.argv[2]):
    time.sleep(0.01)
print(json.dumps({"tries": len(tries), "sent": sent}))
"""


def inside(script: str, *arguments: str) -> Any:
    """What a script prints as JSON when ministack's own Python runs it."""
    done = subprocess.run(
        [PYTHON, "-c", script, ROOT, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_private_name_that_a_bridge_leans_on_has_the_signature_it_was_written_for() -> None:
    """A ministack that moved one of its private names is found before it misleads anybody."""
    answers = inside(VERIFY)
    assert len(answers) > 20
    assert {name: said for name, said in answers.items() if said != "ok"} == {}


@pytest.mark.parametrize(
    "name",
    [PrivateName("json", "dumps", "(obj)"), PrivateName("json", "gone"), PrivateName("no.such.module", "x")],
    ids=["another-signature", "no-such-name", "no-such-module"],
)
def test_a_private_name_that_is_not_as_expected_is_said_by_its_name(name: PrivateName) -> None:
    """The launcher does not start over a ministack that it does not know."""
    with pytest.raises(LabError, match=name.path):
        name.verify()


def a_rule_to(aws: LocalAws, target: str) -> tuple[str, str]:
    """A rule for EC2's events with one target that has a dead-letter queue; gives that queue's URL and ARN."""
    url, arn = aws.queue("dead")
    aws.queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(arn)})
    aws.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.ec2"]}))
    one: Any = {"Id": "t", "Arn": target, "DeadLetterConfig": {"Arn": arn}}
    aws.events.put_targets(Rule="r", Targets=[one])
    return url, arn


def policy(queue_arn: str, rule_arn: str = RULE) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement, tls_only]})


def let_in(aws: LocalAws, url: str, arn: str, rule_arn: str = RULE) -> None:
    aws.queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(arn, rule_arn)})


def attributes(message: Any) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def test_an_aws_event_from_drydock_reaches_the_rule_with_its_own_time_and_id(aws: LocalAws) -> None:
    """Drydock's events come in as AWS's own; the virtual time and the id in them are kept."""
    url, arn = aws.queue("lane")
    let_in(aws, url, arn)
    a_rule_to(aws, arn)
    answer = aws.emitter(TOKEN, "id-of-mine,id-of-drydock").put_events(Entries=[MY_EVENT, WARNING])
    assert [entry["EventId"] for entry in answer["Entries"]] == ["id-of-mine", "id-of-drydock"]
    event = json.loads(aws.message(url)["Body"])
    assert (event["source"], event["time"], event["id"]) == (
        "aws.ec2",
        "2030-01-02T03:04:05Z",
        "id-of-drydock",
    )


@pytest.mark.parametrize("token", ["", "another-token", TOKEN[:-1]])
def test_an_aws_event_from_anybody_else_is_refused_entry_by_entry(aws: LocalAws, token: str) -> None:
    """PutEvents answers as AWS does, so that code which would be refused there is refused here."""
    answer = aws.emitter(token, "a,b").put_events(Entries=[WARNING, MY_EVENT])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0].get("ErrorCode") == "NotAuthorizedForSourceException"
    assert answer["Entries"][1].get("EventId") not in (None, "b")


def test_a_function_never_sees_the_emitter_s_token(aws: LocalAws) -> None:
    """Deployed code cannot forge AWS's events."""
    aws.function("f", {"index.py": "import os\ndef handle(event, context):\n    return dict(os.environ)\n"})
    environment = aws.functions.invoke(FunctionName="f")["Payload"].read().decode()
    assert "AWS_LAMBDA_FUNCTION_NAME" in environment
    assert TOKEN not in environment


def test_a_target_whose_policy_is_silent_gets_nothing_and_the_event_goes_to_the_dead_letters(
    aws: LocalAws,
) -> None:
    """A forgotten queue policy shows here as it would in an account, with AWS's attributes."""
    url, arn = aws.queue("lane")
    dead, _ = a_rule_to(aws, arn)
    aws.emitter(TOKEN).put_events(Entries=[WARNING])
    message = aws.message(dead)
    assert json.loads(message["Body"])["detail"] == {"instance-id": "i-0abc", "instance-action": "terminate"}
    said = attributes(message)
    assert (said["ERROR_CODE"], said["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
    assert (said["RULE_ARN"], said["TARGET_ARN"]) == (RULE, arn)
    assert aws.waiting(url) == 0


def test_a_policy_for_another_rule_does_not_let_this_one_in(aws: LocalAws) -> None:
    """The condition on the source is looked at."""
    url, arn = aws.queue("lane")
    let_in(aws, url, arn, rule_arn=RULE + "-other")
    dead, _ = a_rule_to(aws, arn)
    aws.emitter(TOKEN).put_events(Entries=[WARNING])
    assert attributes(aws.message(dead))["ERROR_CODE"] == "NO_PERMISSIONS"


@pytest.mark.parametrize(
    "kind", ["sqs:us-east-1:000000000000:gone", "lambda:us-east-1:000000000000:function:gone"]
)
def test_an_event_for_a_target_that_is_gone_goes_straight_to_the_dead_letters(
    aws: LocalAws, kind: str
) -> None:
    """An absent target is no reason to wait through 185 retries."""
    dead, _ = a_rule_to(aws, f"arn:aws:{kind}")
    aws.emitter(TOKEN).put_events(Entries=[WARNING])
    assert attributes(aws.message(dead))["ERROR_CODE"] == "NO_RESOURCE"


def test_a_function_is_invoked_by_a_rule_only_with_its_permission(aws: LocalAws) -> None:
    """Without AddPermission the event goes to the dead letters, with it to the function."""
    aws.function("f", {"index.py": "def handle(event, context):\n    print('got', event['source'])\n"})
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    dead, _ = a_rule_to(aws, arn)
    aws.emitter(TOKEN).put_events(Entries=[WARNING])
    assert attributes(aws.message(dead))["ERROR_CODE"] == "NO_PERMISSIONS"
    aws.functions.add_permission(
        FunctionName="f",
        StatementId="r",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=RULE,
    )
    aws.emitter(TOKEN).put_events(Entries=[WARNING])
    eventually(lambda: "got aws.ec2" in aws.lines("f"), "the function runs")


def test_a_target_that_is_away_for_a_while_gets_the_event_by_a_retry() -> None:
    """Two failures, then the delivery: nothing goes to the dead letters."""
    assert inside(TRANSIENT, "2") == {"tries": 3, "sent": []}


def test_a_target_that_stays_away_ends_in_the_dead_letters_after_its_retries() -> None:
    """The first try and MaximumRetryAttempts more, then AWS's attributes say why it ended."""
    answer = inside(TRANSIENT, "99")
    assert answer["tries"] == 4
    [[queue, body, said]] = answer["sent"]
    assert (queue, body) == ("dlq", "the event")
    assert said["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert (said["ERROR_CODE"], said["RETRY_ATTEMPTS"]) == ("ERROR_FROM_TARGET", "3")


def a_function(**properties: Any) -> dict[str, Any]:
    code = "def handle(event, context):\n    raise ValueError('no')\n"
    base = {"Runtime": "python3.13", "Handler": "index.handle", "Role": ROLE, "Code": {"ZipFile": code}}
    return {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", **base, **properties}}


def test_a_function_that_keeps_failing_leaves_the_raw_event_in_its_own_dead_letters(aws: LocalAws) -> None:
    """DeadLetterConfig survives CloudFormation, and what lands there is the event itself."""
    url, arn = aws.queue("dead")
    aws.deploy({"F": a_function(DeadLetterConfig={"TargetArn": arn})})
    aws.functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"a": 1}')
    message = aws.message(url, "the event lands in the function's dead letters")
    assert json.loads(message["Body"]) == {"a": 1}
    assert "no" in attributes(message)["ErrorMessage"]


def test_an_update_adds_and_removes_a_function_s_dead_letters(aws: LocalAws) -> None:
    """The stack's last word counts."""
    _, arn = aws.queue("dead")

    def kept() -> str | None:
        return (
            aws.functions.get_function_configuration(FunctionName="f")
            .get("DeadLetterConfig", {})
            .get("TargetArn")
        )

    aws.deploy({"F": a_function()})
    assert kept() is None
    aws.deploy({"F": a_function(DeadLetterConfig={"TargetArn": arn})})
    assert kept() == arn
    aws.deploy({"F": a_function()})
    assert kept() is None


def test_a_batch_is_as_large_as_the_mapping_says_and_waits_for_its_window(aws: LocalAws) -> None:
    """25 messages inside one second come as one batch, so that merging events is really exercised."""
    url, arn = aws.queue("lane")
    aws.function(
        "f", {"index.py": "def handle(event, context):\n    print('batch of', len(event['Records']))\n"}
    )
    aws.functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", BatchSize=100, MaximumBatchingWindowInSeconds=2
    )
    for number in range(25):
        aws.queues.send_message(QueueUrl=url, MessageBody=str(number))
    lines = eventually(lambda: aws.lines("f"), "the function runs")
    assert lines == ["batch of 25"]


def test_a_table_is_as_its_template_says(aws: LocalAws) -> None:
    """Recovery, encryption and time to live of a template can be read back, so that a check may check them."""
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
    aws.deploy(
        {
            "T": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "t",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
                    "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
                },
            }
        }
    )
    backups = aws.dynamodb.describe_continuous_backups(TableName="t")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert aws.dynamodb.describe_table(TableName="t")["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key
    described = aws.dynamodb.describe_time_to_live(TableName="t")["TimeToLiveDescription"]
    assert (described["TimeToLiveStatus"], described["AttributeName"]) == ("ENABLED", "ttl")


def test_the_ref_of_a_secret_is_its_arn_through_its_whole_life(aws: LocalAws) -> None:
    """Created, updated and deleted by the stack, with the ARN as its id."""
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": "dw/slack", "SecretString": "one"},
    }
    outputs = {"Id": {"Ref": "S"}}
    first = aws.deploy({"S": secret}, outputs)["Id"]
    assert first.startswith(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:dw/slack-")
    changed = {**secret, "Properties": {"Name": "dw/slack", "SecretString": "two"}}
    assert aws.deploy({"S": changed}, outputs)["Id"] == first
    assert aws.secrets.get_secret_value(SecretId=first)["SecretString"] == "two"
    aws.destroy()
    assert aws.secrets.list_secrets()["SecretList"] == []


def test_an_archive_is_really_made_and_a_composite_alarm_says_that_it_is_a_stand_in(aws: LocalAws) -> None:
    """Templates with these types deploy; the archive exists, of the alarm the log says that it does not."""
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    archive = {
        "Type": "AWS::Events::Archive",
        "Properties": {"ArchiveName": "a", "SourceArn": bus, "RetentionDays": 3},
    }
    alarm = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": "FALSE"}}
    aws.deploy({"A": archive, "C": alarm})
    described = aws.events.describe_archive(ArchiveName="a")
    assert (described["EventSourceArn"], described["RetentionDays"]) == (bus, 3)
    aws.destroy()
    assert aws.events.list_archives()["Archives"] == []
