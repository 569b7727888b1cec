"""The custom resource of the deploy: fills the index, and refuses to leave live drains behind unsaid."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol
from urllib.request import Request, urlopen

from dockwarden.errors import DockwardenError, LedgerUnavailableError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.envelope import Envelope
from dockwarden.runtime import wiring
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.remaining import remaining
from dockwarden.runtime.telemetry import logger

_ANSWER_SECONDS = 10
"""What is kept of the function's time for the answer itself; without one a stack waits for an hour."""

_SHOWN = 1000


class Context(Protocol):
    """What is needed of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether CloudFormation may go on, and why."""

    allowed: bool
    why: str


def fill(parts: Parts) -> str:
    """Fill the index from the opted-in clusters as they are now; what came of it, in words."""
    sweep = Sweep(Envelope("dockwarden", "Dockwarden Sweep", None, None, None, None, (), None, {}))
    results = Engine(parts, wiring.playbooks()).run([Arrival("fill", sweep)])
    return "; ".join(outcome.reason for result in results for outcome in result.outcomes)


def answer_to(event: Mapping[str, Any], seconds: float) -> Answer:
    """The answer to a request, within some seconds and whatever happens.

    A fill that fails or is not done in time does not fail the deploy: the sweep fills the index within minutes,
    and until then a Spot warning costs a list in each cluster. A delete is refused while a drain is live, and
    while nobody can say whether one is.
    """
    deleting = event.get("RequestType") == "Delete"
    found = _within(seconds, _leave if deleting else _filled)
    if isinstance(found, Answer):
        return found
    why = _words(found)
    if not deleting:
        return Answer(allowed=True, why=f"not filled, the sweep will do it: {why}")
    if isinstance(found, LedgerUnavailableError) and found.why == "ResourceNotFoundException":
        return Answer(allowed=True, why="the ledger's table is gone, so nothing can be left behind")
    return Answer(allowed=False, why=_how_to_go_on(why, str(event.get("LogicalResourceId"))))


def _filled() -> Answer:
    return Answer(allowed=True, why=fill(wiring.parts()))


def _leave() -> Answer:
    left = remaining(wiring.parts())
    return Answer(allowed=not left, why="; ".join(left) or "nothing is left behind")


def _within(seconds: float, work: Callable[[], Answer]) -> Answer | Exception:
    """What some work came to; an error where it failed or was not done in time."""
    done: SimpleQueue[Answer | Exception] = SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except Exception as error:  # noqa: BLE001  a boundary: any fault at all must become an answer, or the stack hangs
            done.put(error)

    # Nothing stops a thread: it is left behind, and every write of it is under a condition.
    Thread(target=run, daemon=True).start()
    try:
        return done.get(timeout=max(seconds, 0))
    except Empty:
        return TimeoutError(f"it was not done within {seconds:.0f} s")


def _words(error: Exception) -> str:
    """An error for people; what is none of ours may quote anything, so that only its kind is told."""
    return str(error) if isinstance(error, DockwardenError | TimeoutError) else type(error).__name__


def _how_to_go_on(why: str, logical_id: str) -> str:
    return (
        f"whether a drain is under way could not be read ({why}). Delete the stack again once that is repaired, or "
        f"delete it without asking: aws cloudformation delete-stack --retain-resources {logical_id}"
    )


def handle(event: Mapping[str, Any], context: Context) -> None:
    """The Lambda handler, called by CloudFormation."""
    answer = answer_to(event, context.get_remaining_time_in_millis() / 1000 - _ANSWER_SECONDS - 1)
    request_type = event.get("RequestType")
    note = {"request_type": request_type, "allowed": answer.allowed, "why": answer.why}
    logger.info("index fill", extra=note)
    document = {
        "Status": "SUCCESS" if answer.allowed else "FAILED",
        "Reason": answer.why[:_SHOWN],
        "PhysicalResourceId": event.get("PhysicalResourceId") or "dockwarden-index",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Outcome": answer.why[:_SHOWN]},
    }
    request = Request(event["ResponseURL"], json.dumps(document).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310  CloudFormation's own presigned URL
    with urlopen(request, timeout=_ANSWER_SECONDS):  # noqa: S310
        pass
