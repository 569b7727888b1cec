"""Whether a target is free for an action, pure: what the lease that stands there means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Rule
from dockwarden.guard.settings import MOST_ACTIONS
from dockwarden.ledger.records import Intent, Lease, stamp, unstamp
from dockwarden.ledger.slots import Denied
from dockwarden.ledger.store import Change
from dockwarden.performing import State
from dockwarden.spans import span

DEALT_WITH = frozenset({State.OPEN, State.DONE, State.ALREADY, State.GONE, State.UNKNOWN})
"""After these another event of the same occurrence has nothing left to do; what failed or was refused has."""


class Standing(StrEnum):
    """What a claim on a target came to."""

    CLAIMED = "claimed"
    TAKEN_OVER = "taken over"
    BUSY = "busy"
    DUPLICATE = "duplicate"
    HELD_BACK = "held back"


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim: the intent that stands, and the fence to write its receipt under.

    TAKEN_OVER means that an earlier holder died between its intent and its receipt: what it did has to be
    read before anything is done again. HELD_BACK means that the target is free, but may not be touched yet,
    which `why` says in numbers; `held_by` is the guard's rule, and `passing` says that it may be over in a moment. `recent` is when the target's latest actions were done.
    """

    standing: Standing
    intent: str
    fence: int
    expires_at: datetime
    earlier: State = State.OPEN
    why: str = ""
    held_by: str = ""
    recent: tuple[str, ...] = ()
    passing: bool = False


Reserve: TypeAlias = Callable[[], Sequence[Change] | Denied]
"""Reads the budgets anew and gives the changes that take a slot of each, or says why there is none."""


def _free() -> Sequence[Change]:
    return ()


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a target may be taken.

    Events at most `same_occurrence` apart are one. `cooldown` is how long the target is left alone after an
    action, and `most` how many may be done on it within `window`; None for no such limit.
    """

    lease_seconds: int
    same_occurrence: timedelta
    cooldown: timedelta = timedelta(0)
    most: int | None = None
    window: timedelta = timedelta(0)
    reserve: Reserve = _free


def judge(lease: Lease, wanted: Intent, now: datetime, same_occurrence: timedelta) -> Standing:
    """What a lease on the target means for an intent that wants it.

    CLAIMED means that the target is free again: the last action there was about something else, or came to
    nothing. What was only observed is dealt with for as long as that is all that is wanted.
    """
    if lease.state is State.OPEN:
        return Standing.BUSY if now < lease.expires_at else Standing.TAKEN_OVER
    if lease.intent == wanted.id:
        return Standing.DUPLICATE
    one = wanted.undoes is None and is_one(lease, wanted, same_occurrence)
    observed = lease.state is State.OBSERVED and wanted.mode != Mode.ENFORCE
    return Standing.DUPLICATE if one and (lease.state in DEALT_WITH or observed) else Standing.CLAIMED


def is_one(lease: Lease, wanted: Intent, same_occurrence: timedelta) -> bool:
    """Whether what a target was taken for last is what is wanted of it now.

    Occurrences with names are one by their names alone: two deployments may fail within a minute.
    """
    if (lease.playbook, lease.kind) != (wanted.playbook, wanted.kind):
        return False
    if lease.occurrence is not None and wanted.occurrence is not None:
        return lease.occurrence == wanted.occurrence
    return wanted.occurred_at - lease.occurred_at <= same_occurrence


def too_soon(recent: Sequence[str], now: datetime, terms: Terms) -> tuple[Rule, str] | None:
    """Why a target is left alone although it is free, by when its latest actions were done; None where it is not."""
    done = [unstamp(text) for text in recent]
    if done and now - done[-1] < terms.cooldown:
        ago = span(now - done[-1])
        return Rule.COOLDOWN, f"something was done on it {ago} ago; its cooldown is {span(terms.cooldown)}"
    within = [at for at in done if now - at < terms.window]
    if terms.most is not None and len(within) >= terms.most:
        why = f"{len(within)} actions were done on it within {span(terms.window)}; {terms.most} is the most"
        return Rule.CAP, why
    return None


def with_action(recent: Sequence[str], at: datetime) -> tuple[str, ...]:
    """The times of a target's latest actions after one more."""
    return (*recent, stamp(at))[-MOST_ACTIONS:]


def done_since(recent: Sequence[str], at: datetime) -> bool:
    """Whether more was done on a target after what was done at a moment, by its latest actions.

    By their order, since clocks differ; what is so long ago that it is forgotten has others after it.
    """
    return stamp(at) not in recent[-1:] or recent.count(stamp(at)) > 1
