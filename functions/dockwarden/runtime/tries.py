"""Whether what was tried because of one occurrence, and came to nothing, may be tried once more. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from dockwarden.guard.modes import Mode
from dockwarden.ledger.records import Intent, Receipt, intent_id
from dockwarden.performing import State

PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
"""How long nothing is tried after the first, second and third try that came to nothing; after the fourth for good."""

_CAME_TO_NOTHING = frozenset({State.FAILED, State.REFUSED})
"""After these the target is as it was. Of UNKNOWN nobody can say that, and what is settled needs no other try."""


def next_try(before: Intent, receipt: Receipt, occurrence: str, number: int, now: datetime) -> Intent | None:
    """The intent of the next try after one of a number, from 1, has its receipt; None where there is none now.

    What was only observed is in nobody's way once it may be done.
    """
    observed = receipt.state is State.OBSERVED and before.mode == Mode.ENFORCE
    if number > len(PAUSES) or not (observed or _is_over(receipt, number, now)):
        return None
    when = f"{occurrence} try {number + 1}"
    return replace(before, id=intent_id(before.playbook, before.kind, before.target, when))


def _is_over(receipt: Receipt, number: int, now: datetime) -> bool:
    """Whether a try has come to nothing, and long enough ago."""
    return receipt.state in _CAME_TO_NOTHING and now - receipt.closed_at >= PAUSES[number - 1]
