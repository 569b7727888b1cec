"""What a lane does with the events that need a look."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from dockwarden.aws.clients import Call
from dockwarden.errors import DockwardenError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.parse import Event
from dockwarden.runtime import wiring
from dockwarden.runtime.arrivals import Arrival, Result
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.finishing import finish_open
from dockwarden.runtime.over import free_what_is_over
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telemetry import logger, metrics
from dockwarden.verdicts import Outcome

_LISTED = 25


class Work:
    """Takes events through the engine, and says what came of it; `calls` is where AWS calls are noted."""

    def __init__(self, parts: Parts, engine: Engine, calls: list[Call] | None = None) -> None:
        self._parts = parts
        self._engine = engine
        self._calls = calls if calls is not None else []

    @classmethod
    def wired(cls) -> "Work":
        """The work of this process, by what the deploy has set."""
        parts = wiring.parts()
        return cls(parts, Engine(parts, wiring.playbooks()), wiring.clients().calls)

    def run(self, heard: Sequence[tuple[str, Event, datetime | None]], request: str | None) -> list[str]:
        """Deal with events by their messages, and when SQS had these; the messages that must come back."""
        self._calls.clear()
        try:
            return self._run([Arrival(*one) for one in heard])
        except DockwardenError as error:
            # Without the ledger nothing may be done, and without the outbox nobody would know: all come back.
            logger.warning("batch kept", extra={"why": str(error)})
            metrics.add_metric("BatchesKept", MetricUnit.Count, 1)
            return [one[0] for one in heard]
        finally:
            logger.info("calls", extra={"request": request, **_counted(self._calls)})

    def _run(self, arrivals: Sequence[Arrival]) -> list[str]:
        if any(isinstance(arrival.event, Sweep) for arrival in arrivals):
            # First: what services fail may take the rest of the time, and this must not wait for that.
            self._tidy()
        results = self._engine.run(arrivals)
        for result in results:
            for outcome in result.outcomes:
                _note(result, outcome)
        verdicts = Counter(outcome.verdict for result in results for outcome in result.outcomes)
        for verdict, count in verdicts.items():
            metrics.add_metric(f"Verdict{verdict.capitalize()}", MetricUnit.Count, count)
        return [result.arrival.message for result in results if result.retry is not None]

    def _tidy(self) -> None:
        """What a sweep does beside its playbooks: intents that nobody calls back, slots, and proposals that ended."""
        # What this process has read for an earlier batch says nothing of how a service was when it was changed.
        self._parts.facts.prepare([])
        finished, freed = finish_open(self._parts), free_what_is_over(self._parts)
        # Imported late: of all lanes only one sweeps.
        from dockwarden.runtime.ended import tell_of_ended  # noqa: PLC0415
        from dockwarden.runtime.lapsing import settle_lapsed  # noqa: PLC0415

        lapsed = settle_lapsed(self._parts)
        tell_of_ended(self._parts)
        logger.info("sweep", extra={"finished": finished, "freed": freed, "lapsed": lapsed})


def _counted(calls: Sequence[Call]) -> dict[str, object]:
    """The AWS calls of a run: each by itself where they are few, else how many of each operation."""
    if len(calls) <= _LISTED:
        return {"calls": [{"call": c.operation, "ms": c.milliseconds, "error": c.error} for c in calls]}
    return {
        "calls": [],
        "counts": dict(Counter(c.operation for c in calls)),
        "errors": dict(Counter(f"{c.operation} {c.error}" for c in calls if c.error)),
    }


def _note(result: Result, outcome: Outcome) -> None:
    """One log line for an outcome, as JSON, so that no text of an event can forge another."""
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
