"""The handler of a lane: SQS messages in, the ones that have to come back out.

What needs no action is told apart here, before anything else is imported: most cold starts are for nothing.
That is what is not for us, and what each playbook that hears it calls quiet by the event alone.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dockwarden.errors import MalformedEventError
from dockwarden.events.parse import Event, UnknownEvent, parse
from dockwarden.guard.hearing import deaf_to
from dockwarden.runtime.hushing import Hushes, hushed, read_hushes
from dockwarden.runtime.telemetry import logger, metrics

if TYPE_CHECKING:
    from dockwarden.runtime.work import Work

Home = tuple[str, str]
Heard = tuple[str, Event, datetime | None]
"""A message, the event that it holds, and when SQS had it."""


class Lane:
    """Takes batches of a lane's queue; `work` is made when the first event needs it."""

    def __init__(self, home: Home | None, work: "Callable[[], Work]", hushes: Hushes | None = None) -> None:
        self._home = home
        self._work = work
        self._hushes = hushes or {}

    def handle(self, event: Mapping[str, Any], request: str | None = None) -> dict[str, list[dict[str, str]]]:
        """Answer a batch with the messages that must come back (ReportBatchItemFailures)."""
        records = event.get("Records", [])
        metrics.add_metric("EventsReceived", MetricUnit.Count, len(records))
        heard, failed = self._sift(records)
        if heard:
            failed += self._work().run(heard, request)
        return {"batchItemFailures": [{"itemIdentifier": message} for message in dict.fromkeys(failed)]}

    def _sift(self, records: Sequence[Mapping[str, Any]]) -> tuple[list[Heard], list[str]]:
        """The events that need a look, and the messages that hold none and go to the dead-letter queue in the end."""
        heard: list[Heard] = []
        malformed: list[str] = []
        for record in records:
            message = record["messageId"]
            try:
                event = parse(json.loads(record["body"]))
            except MalformedEventError as error:
                malformed.append(_refused(message, str(error)))
            except (ValueError, RecursionError) as error:
                why = f"the message is no JSON document ({type(error).__name__})"
                malformed.append(_refused(message, why))
            else:
                if isinstance(event, UnknownEvent):
                    logger.info("unknown event", extra={"detail_type": event.envelope.detail_type})
                elif not self._ignored(event):
                    heard.append((message, event, _sent(record)))
        return heard, malformed

    def _ignored(self, event: Event) -> bool:
        """Whether an event needs no look; the log then says why."""
        if (reason := self._deaf(event)) is not None:
            logger.info("ignored", extra={"event_id": event.envelope.id, "reason": reason})
            return True
        said = hushed(event, self._hushes)
        for playbook, quiet in said or ():
            extra = {"event_id": event.envelope.id, "playbook": playbook, **quiet._asdict()}
            logger.info("ignored", extra=extra)
            metrics.add_metric("VerdictIgnore", MetricUnit.Count, 1)
        return said is not None

    def _deaf(self, event: Event) -> str | None:
        envelope = event.envelope
        # What our own schedule sends has no account.
        home = self._home if event.SOURCE.startswith("aws.") else None
        return deaf_to(envelope.replay_name, envelope.account, envelope.region, home)


def _sent(record: Mapping[str, Any]) -> datetime | None:
    """When SQS took a message, None where the record does not say; an event's own clock may be wrong."""
    milliseconds = str(record.get("attributes", {}).get("SentTimestamp", ""))
    if not (milliseconds.isascii() and milliseconds.isdigit()):
        return None
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _refused(message: str, why: str) -> str:
    logger.error("malformed event", extra={"message_id": message, "why": why})
    metrics.add_metric("MalformedEvents", MetricUnit.Count, 1)
    return message


def _home() -> Home | None:
    """Account and Region of the installation; None where the configuration is unreadable, which `work` then says."""
    try:
        document = json.loads(os.environ.get("DOCKWARDEN_CONFIG", ""))
        return document["account"], document["region"]
    except (ValueError, KeyError, TypeError):
        return None


def _make_work() -> "Work":
    # Imported late: engine, ledger and boto3 are paid for by the first event that needs them.
    from dockwarden.runtime.work import Work  # noqa: PLC0415

    return Work.wired()


@cache
def _lane() -> Lane:
    return Lane(_home(), cache(_make_work), read_hushes(os.environ.get("DOCKWARDEN_QUIET", "")))


@metrics.log_metrics
def handle(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """The Lambda handler of every lane; which one is in its environment."""
    return _lane().handle(event, getattr(context, "aws_request_id", None))
