"""Whether a target is free for an action, pure: what the lease that stands there means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.ledger.records import Intent, Lease
from dockwarden.performing import State


class Standing(StrEnum):
    """What a claim on a target came to."""

    CLAIMED = "claimed"
    TAKEN_OVER = "taken over"
    BUSY = "busy"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim: the intent that stands, and the fence to write its receipt under.

    TAKEN_OVER means that an earlier holder died between its intent and its receipt: what it did has to be
    read before anything is done again.
    """

    standing: Standing
    intent: str
    fence: int
    expires_at: datetime
    earlier: State = State.OPEN


def judge(lease: Lease, wanted: Intent, now: datetime, same_occurrence: timedelta) -> Standing:
    """What a lease on the target means for an intent that wants it.

    CLAIMED means that the target is free again: the last action there was about something else.
    """
    if lease.state is State.OPEN:
        return Standing.BUSY if now < lease.expires_at else Standing.TAKEN_OVER
    same_work = (lease.playbook, lease.kind) == (wanted.playbook, wanted.kind)
    if same_work and wanted.occurred_at - lease.occurred_at <= same_occurrence:
        return Standing.DUPLICATE
    return Standing.CLAIMED
