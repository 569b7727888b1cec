"""An account with an installation in it: moto where it answers, small fakes for CloudFormation and Lambda."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.ledger.conftest import TABLE, make_table

REGION, ACCOUNT = "us-east-1", "123456789012"
SECRET = "dockwarden/slack"
TOKEN = "xoxb-canary-1234"
RULE = "Dockwarden-spot-drain"


@cache
def client(service: str) -> Any:
    """A client, made once for all tests: making one costs more than any call to moto."""
    return boto3.client(service, REGION)  # type: ignore[call-overload]


def refusal(code: str, operation: str = "Anything") -> ClientError:
    """An error as AWS sends it."""
    return ClientError({"Error": {"Code": code, "Message": f"{code}: not\nallowed"}}, operation)


@dataclass
class FakeCloudFormation:
    """One stack, by its outputs and its template."""

    outputs: dict[str, str]
    status: str = "CREATE_COMPLETE"
    template: Any = None
    names: dict[str, str] = field(default_factory=lambda: {"Ledger": TABLE})

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if StackName != "Dockwarden":
            raise refusal("ValidationError", "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"StackStatus": self.status, "Outputs": outputs}]}

    def get_template(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return {"TemplateBody": self.template}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        found = [
            {"LogicalResourceId": logical, "PhysicalResourceId": name} for logical, name in self.names.items()
        ]
        return [{"StackResourceSummaries": found}]


@dataclass
class FakeLambda:
    """Functions whose state and mapping can be set."""

    mapping: str = "Enabled"
    state: str = "Active"

    def list_event_source_mappings(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return {"EventSourceMappings": [{"State": self.mapping}] if self.mapping else []}

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return {"FunctionName": FunctionName, "State": self.state, "LastUpdateStatus": "Successful"}


@dataclass
class Refusing:
    """A client that may do nothing."""

    def __getattr__(self, operation: str) -> Any:
        def refuse(*_: Any, **__: Any) -> Any:
            raise refusal("AccessDeniedException", operation)

        return refuse


@dataclass
class Account:
    """What the tests change about the account."""

    cloudformation: FakeCloudFormation
    functions: FakeLambda = field(default_factory=FakeLambda)
    refused: set[str] = field(default_factory=set)
    queues: dict[str, str] = field(default_factory=dict)

    def fake(self, service: str) -> Any:
        """The fake of a service, None where moto answers."""
        if service in self.refused:
            return Refusing()
        return {"cloudformation": self.cloudformation, "lambda": self.functions}.get(service)

    def configure(self, **changes: Any) -> None:
        """Change the configuration that was deployed."""
        config = json.loads(self.cloudformation.outputs["Config"]) | changes
        self.cloudformation.outputs["Config"] = json.dumps(config)


def installed() -> Account:
    """A whole installation: one cluster opted in, spot_drain with the ceiling enforce, a token."""
    make_table(client("dynamodb"))
    client("secretsmanager").create_secret(Name=SECRET, SecretString=TOKEN)
    client("ecs").create_cluster(clusterName="web-prod")
    client("events").put_rule(Name=RULE, EventPattern=json.dumps({"source": ["aws.ec2"]}))
    sns = client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:x")
    sqs = client("sqs")
    queues = {
        name: sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in ("spot", "spot-dlq", "out", "out-dlq", "rule-dlq")
    }
    config = {
        "account": ACCOUNT,
        "region": REGION,
        "clusters": ["web-prod"],
        "channel": "C0123456789",
        "playbooks": {"spot_drain": {"ceiling": "enforce", "default": "observe"}},
    }
    outputs = {
        "LedgerTable": TABLE,
        "OutboxUrl": queues["out"],
        "OutboxDlqUrl": queues["out-dlq"],
        "AlarmTopic": topic,
        "SlackSecret": SECRET,
        "LaneQueues": json.dumps({"spot": {"queue": queues["spot"], "dlq": queues["spot-dlq"]}}),
        "Functions": json.dumps({"spot": "dw-spot", "notifier": "dw-notifier", "index-fill": "dw-fill"}),
        "Rules": json.dumps({"spot_drain": {"rules": [RULE], "dlq": queues["rule-dlq"]}}),
        "Config": json.dumps(config),
    }
    template = {
        "Resources": {
            "Ledger": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
            "Queue": {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete"},
        }
    }
    return Account(FakeCloudFormation(outputs, template=template), queues=queues)
