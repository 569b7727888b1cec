"""Delivering an event to a rule's target: once now, again later, or to the dead-letter queue, as the target says."""

import contextvars
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.ministack.bridges.log import LOG
from lab.ministack.private import service

QUEUE = service("sqs", "_queue_by_arn", "(arn: str) -> dict | None")
SEND = service("sqs", "_act_send_message", "(data: dict, qurl: str) -> dict")
QUEUES = service("sqs", "_queues")
NAMES = (QUEUE, SEND, QUEUES)

# AWS backs off over hours; the lab over seconds, so that a demo can show it.
BACKOFF = float(os.environ.get("DOCKWARDEN_LAB_TARGET_BACKOFF", "0.2"))
LONGEST_BACKOFF = 5.0


class PermanentError(Exception):
    """A delivery that no retry can save; AWS's error code comes first."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a rule says about one target, with AWS's defaults (185 retries, 24 hours)."""

    rule_arn: str
    target_arn: str
    dead_letters: str | None
    retries: int
    age: float

    @classmethod
    def of(cls, target: dict[str, Any], rule: dict[str, Any]) -> "Delivery":
        """Read a target as PutTargets stored it."""
        retry = target.get("RetryPolicy") or {}
        return cls(
            rule_arn=rule.get("Arn", ""),
            target_arn=target.get("Arn", ""),
            dead_letters=(target.get("DeadLetterConfig") or {}).get("Arn"),
            retries=int(retry.get("MaximumRetryAttempts", 185)),
            age=float(retry.get("MaximumEventAgeInSeconds", 86400)),
        )


current: contextvars.ContextVar[Delivery | None] = contextvars.ContextVar("delivery", default=None)


def deliver(attempt: Callable[[], None], payload: str) -> None:
    """Try once now; what fails for a while is tried again beside the caller, what fails for good is not."""
    delivery = current.get() or Delivery.of({}, {})
    started = time.monotonic()
    failure = _failure(attempt)
    if failure is None:
        return
    if isinstance(failure, PermanentError):
        _give_up(delivery, payload, failure, attempts=0)
        return
    run = contextvars.copy_context().run
    threading.Thread(
        target=run, args=(_retry, delivery, attempt, payload, started, failure), daemon=True
    ).start()


def _retry(
    delivery: Delivery, attempt: Callable[[], None], payload: str, started: float, failure: Exception
) -> None:
    done = 0
    while done < delivery.retries and not isinstance(failure, PermanentError):
        pause = min(BACKOFF * 2**done, LONGEST_BACKOFF)
        if time.monotonic() - started + pause > delivery.age:
            _give_up(delivery, payload, failure, attempts=done, condition="MaximumEventAgeInSeconds")
            return
        time.sleep(pause)
        done += 1
        again = _failure(attempt)
        if again is None:
            return
        failure = again
    condition = None if isinstance(failure, PermanentError) else "MaximumRetryAttempts"
    _give_up(delivery, payload, failure, attempts=done, condition=condition)


def _failure(attempt: Callable[[], None]) -> Exception | None:
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 - whatever the emulator raises stands for an unreachable target
        return error
    return None


def rule_arn() -> str:
    """The rule that is being delivered for."""
    delivery = current.get()
    return delivery.rule_arn if delivery else ""


def _give_up(
    delivery: Delivery, payload: str, failure: Exception, *, attempts: int, condition: str | None = None
) -> None:
    code = failure.code if isinstance(failure, PermanentError) else "ERROR_FROM_TARGET"
    LOG.warning("target %s of %s failed: %s: %s", delivery.target_arn, delivery.rule_arn, code, failure)
    if delivery.dead_letters is None:
        LOG.warning("the event is dropped: the target has no DeadLetterConfig")
        return
    send_to_queue(
        delivery.dead_letters,
        payload,
        {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": delivery.target_arn,
            "ERROR_CODE": code,
            "ERROR_MESSAGE": str(failure),
            "RETRY_ATTEMPTS": str(attempts),
            "EXHAUSTED_RETRY_CONDITION": condition,
        },
    )


def send_to_queue(arn: str, body: str, attributes: dict[str, str | None]) -> None:
    """Send a message as a service does; a queue that is not there is logged, as AWS only counts it."""
    found = QUEUE.get()(arn)
    url = next((url for url, queue in QUEUES.get().items() if queue is found), None)
    if url is None:
        LOG.warning("the dead-letter queue %s does not exist: the event is lost", arn)
        return
    given = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items() if value}
    SEND.get()({"QueueUrl": url, "MessageBody": body, "MessageAttributes": given}, url)
