"""The handler of a lane: SQS messages in, the ones that have to come back out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from dockwarden.errors import DockwardenError, MalformedEventError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.parse import UnknownEvent, parse
from dockwarden.runtime import wiring
from dockwarden.runtime.arrivals import Arrival, Result
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.finishing import finish_open
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telemetry import logger, metrics


class Lane:
    """Takes batches of a lane's queue through the engine."""

    def __init__(self, parts: Parts, engine: Engine) -> None:
        self._parts = parts
        self._engine = engine

    def handle(self, event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
        """Answer a batch with the messages that must come back (ReportBatchItemFailures)."""
        records = event.get("Records", [])
        metrics.add_metric("EventsReceived", MetricUnit.Count, len(records))
        arrivals, failed = _arrivals(records)
        try:
            results = self._engine.run(arrivals)
            failed += [result.arrival.message for result in results if result.retry is not None]
            _note(results)
            if any(isinstance(arrival.event, Sweep) for arrival in arrivals):
                logger.info("sweep", extra={"finished": finish_open(self._parts)})
        except DockwardenError as error:
            # Without the ledger nothing may be done, and without the outbox nobody would know: all come back.
            logger.warning("batch kept", extra={"why": str(error)})
            metrics.add_metric("BatchesKept", MetricUnit.Count, 1)
            failed = [record["messageId"] for record in records]
        return {"batchItemFailures": [{"itemIdentifier": message} for message in dict.fromkeys(failed)]}


def _arrivals(records: Sequence[Mapping[str, Any]]) -> tuple[list[Arrival], list[str]]:
    """The events of a batch, and the messages that hold none and go to the dead-letter queue in the end."""
    arrivals: list[Arrival] = []
    malformed: list[str] = []
    for record in records:
        try:
            event = parse(json.loads(record["body"]))
        except MalformedEventError as error:
            _refuse(record["messageId"], str(error), malformed)
        except (ValueError, RecursionError) as error:
            _refuse(
                record["messageId"], f"the message is no JSON document ({type(error).__name__})", malformed
            )
        else:
            if isinstance(event, UnknownEvent):
                logger.info("unknown event", extra={"detail_type": event.envelope.detail_type})
            else:
                arrivals.append(Arrival(record["messageId"], event))
    return arrivals, malformed


def _refuse(message: str, why: str, malformed: list[str]) -> None:
    logger.error("malformed event", extra={"message_id": message, "why": why})
    metrics.add_metric("MalformedEvents", MetricUnit.Count, 1)
    malformed.append(message)


def _note(results: Sequence[Result]) -> None:
    """One log line for each outcome, as JSON, and the counts of their verdicts."""
    for result in results:
        for outcome in result.outcomes:
            # A playbook that failed is ours to mend; everything else is what the lane is there for.
            note = logger.error if outcome.failed else logger.info
            note(
                "outcome",
                extra={
                    "event_id": result.arrival.event.envelope.id,
                    "playbook": outcome.playbook,
                    "verdict": outcome.verdict,
                    "reason": outcome.reason,
                    "target": outcome.target,
                    "retry": result.retry,
                },
            )
    verdicts = Counter(outcome.verdict for result in results for outcome in result.outcomes)
    for verdict, count in verdicts.items():
        metrics.add_metric(f"Verdict{verdict.capitalize()}", MetricUnit.Count, count)


@cache
def _lane() -> Lane:
    parts = wiring.parts()
    return Lane(parts, Engine(parts, wiring.playbooks()))


@metrics.log_metrics
def handle(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """The Lambda handler of every lane; which one is in its environment."""
    calls = wiring.clients().calls
    calls.clear()
    try:
        return _lane().handle(event)
    finally:
        request = getattr(context, "aws_request_id", None)
        made = [{"call": c.operation, "ms": c.milliseconds, "error": c.error} for c in calls]
        logger.info("calls", extra={"request": request, "calls": made})
