"""The outbox as the notifier's side sees it: messages that wait, and messages that nobody will ever take."""

from collections.abc import Callable, Mapping
from typing import Any

from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.errors import TryAgainError

MOST_WAIT = 900
"""Seconds a message waits at most before it is tried again."""

_MOST_REASON = 200


class OutboxQueue:
    """The outbox and its dead-letter queue."""

    def __init__(self, client: Callable[[], Any], url: str, dlq_url: str) -> None:
        self._client = client
        self._url = url
        self._dlq_url = dlq_url

    def postpone(self, record: Mapping[str, Any], seconds: int) -> str | None:
        """Let a message come back after some seconds; the code of an error that may be ignored.

        Then it comes back too, after the queue's own visibility timeout.
        """
        try:
            self._client().change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=max(1, min(seconds, MOST_WAIT)),
            )
        except AWS_ERRORS as error:
            return code(error)
        return None

    def bury(self, record: Mapping[str, Any], why: str) -> None:
        """Put a message into the dead-letter queue, so that it does not hold up its group. Raises TryAgainError."""
        request: dict[str, Any] = {
            "QueueUrl": self._dlq_url,
            "MessageBody": record["body"],
            "MessageAttributes": {"why": {"DataType": "String", "StringValue": why[:_MOST_REASON]}},
        }
        if self._dlq_url.endswith(".fifo"):  # a FIFO queue's dead letters go into a FIFO queue
            request["MessageGroupId"] = group_of(record)
            request["MessageDeduplicationId"] = record["messageId"]
        try:
            self._client().send_message(**request)
        except AWS_ERRORS as error:
            raise TryAgainError(f"putting a message into the dead-letter queue: {code(error)}") from error


def group_of(record: Mapping[str, Any]) -> str:
    """The message group of a record, within which order is kept."""
    return str(record.get("attributes", {}).get("MessageGroupId") or "none")
