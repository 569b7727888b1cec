"""What the tests of the bridges say to the local AWS, and how they wait for what it does."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import boto3

from lab.ministack import function_logs

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

ACCOUNT = "000000000000"
TOKEN = "a-token-of-the-test"
Resources = dict[str, dict[str, Any]]
T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    """The first truthy answer of `look`; a failed assertion that names `what` when none comes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {seconds:.0f} s: {what}")


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class LocalAws:
    """The clients of one empty local AWS, and the few moves that many tests make."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    @overload
    def _client(self, service: Literal["cloudformation"]) -> "CloudFormationClient": ...
    @overload
    def _client(self, service: Literal["dynamodb"]) -> "DynamoDBClient": ...
    @overload
    def _client(self, service: Literal["events"]) -> "EventBridgeClient": ...
    @overload
    def _client(self, service: Literal["lambda"]) -> "LambdaClient": ...
    @overload
    def _client(self, service: Literal["logs"]) -> "CloudWatchLogsClient": ...
    @overload
    def _client(self, service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
    @overload
    def _client(self, service: Literal["sqs"]) -> "SQSClient": ...
    def _client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",
        )

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self._client("cloudformation")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._client("dynamodb")

    @cached_property
    def events(self) -> "EventBridgeClient":
        return self._client("events")

    @cached_property
    def functions(self) -> "LambdaClient":
        return self._client("lambda")

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._client("logs")

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        return self._client("secretsmanager")

    @cached_property
    def queues(self) -> "SQSClient":
        return self._client("sqs")

    def deploy(self, resources: Resources, outputs: dict[str, Any] | None = None) -> dict[str, str]:
        """Create or update the one stack, and give its outputs."""
        template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
        if outputs:
            template["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
        body = json.dumps(template)
        if self.cloudformation.list_stacks()["StackSummaries"]:
            self.cloudformation.update_stack(
                StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
            )
        else:
            self.cloudformation.create_stack(
                StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
            )
        stack = eventually(self._settled, "the stack settles", 30)
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _settled(self) -> Any:
        stack = self.cloudformation.describe_stacks(StackName="s")["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    def destroy(self) -> None:
        self.cloudformation.delete_stack(StackName="s")
        eventually(lambda: not self._alive(), "the stack is gone")

    def _alive(self) -> bool:
        summaries = self.cloudformation.list_stacks()["StackSummaries"]
        return any(summary["StackStatus"] != "DELETE_COMPLETE" for summary in summaries)

    def queue(self, name: str) -> tuple[str, str]:
        """A new queue's URL and ARN."""
        url = self.queues.create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"

    def message(self, url: str, what: str = "a message arrives") -> Any:
        """The next message of a queue, with its attributes."""

        def receive() -> Any:
            answer = self.queues.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
            return answer.get("Messages")

        return eventually(receive, what)[0]

    def waiting(self, url: str) -> int:
        answer = self.queues.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def function(self, name: str, files: dict[str, str], handler: str = "index.handle", **more: Any) -> None:
        self.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/any",
            Handler=handler,
            Code={"ZipFile": zipped(files)},
            Timeout=10,
            **more,
        )
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name)

    def lines(self, function: str) -> list[str]:
        """What a function has written so far."""
        try:
            return [line.text for line in function_logs.read(self.logs, f"/aws/lambda/{function}")]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    def emitter(self, token: str, ids: str = "") -> "EventBridgeClient":
        """An EventBridge client that sends drydock's headers."""
        client = self._client("events")

        def add(request: Any, **_: Any) -> None:
            request.headers["X-Drydock-Emitter"] = token
            request.headers["X-Drydock-Event-Ids"] = ids

        client.meta.events.register("before-sign.events.PutEvents", add)
        return client
