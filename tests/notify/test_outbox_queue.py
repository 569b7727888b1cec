"""The queue calls as boto3 and SQS take them, by moto."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from dockwarden.aws.outbox_queue import OutboxQueue
from dockwarden.errors import TryAgainError

FIFO = {"FifoQueue": "true"}


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-central-1")


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def as_record(message: dict[str, Any]) -> dict[str, Any]:
    """A received message as an event source mapping hands it over."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


@pytest.mark.parametrize(("name", "attributes"), [("dlq.fifo", FIFO), ("dlq", {})])
def test_a_message_is_buried_whole_with_the_reason_and_once(
    sqs: Any, name: str, attributes: dict[str, str]
) -> None:
    """The dead letter can be moved back as it is; a second try, after a kill, adds none in a FIFO queue."""
    outbox = sqs.create_queue(QueueName="outbox.fifo", Attributes=FIFO)["QueueUrl"]
    dlq = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=outbox, MessageBody="{}", MessageGroupId="C0A", MessageDeduplicationId="1")
    (message,) = received(sqs, outbox)
    for _ in range(2 if attributes else 1):
        OutboxQueue(lambda: sqs, outbox, dlq).bury(as_record(message), "it is damaged")
    (letter,) = received(sqs, dlq)
    assert letter["Body"] == "{}"
    assert letter["MessageAttributes"]["why"]["StringValue"] == "it is damaged"
    assert letter["Attributes"].get("MessageGroupId") == ("C0A" if attributes else None)


@pytest.mark.parametrize(("seconds", "asked"), [(-3, 1), (0, 1), (17, 17), (86_400, 900)])
def test_a_wait_is_at_least_a_second_and_at_most_a_quarter_of_an_hour(seconds: int, asked: int) -> None:
    calls: list[dict[str, Any]] = []

    class Sqs:
        def change_message_visibility(self, **request: Any) -> None:
            calls.append(request)

    queue = OutboxQueue(Sqs, "outbox.fifo", "dlq.fifo")
    assert queue.postpone({"receiptHandle": "r"}, seconds) is None
    assert calls == [{"QueueUrl": "outbox.fifo", "ReceiptHandle": "r", "VisibilityTimeout": asked}]


def test_a_wait_that_sqs_does_not_take_is_no_failure(sqs: Any) -> None:
    """The message then comes back after the queue's own timeout."""
    assert OutboxQueue(lambda: sqs, "https://sqs.eu-central-1.amazonaws.com/1/no", "d").postpone(
        {"receiptHandle": "r"}, 5
    )


def test_a_dead_letter_that_sqs_does_not_take_is_tried_again() -> None:
    class Sqs:
        def send_message(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "KmsThrottled", "Message": json.dumps("x")}}, "SendMessage")

    with pytest.raises(TryAgainError, match="KmsThrottled"):
        OutboxQueue(Sqs, "outbox.fifo", "dlq.fifo").bury({"messageId": "1", "body": "{}"}, "why")
