"""What became of what was held, as events on the bus: rejected, lapsed, or settled, with or without an action."""

from datetime import datetime, timedelta

from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.told import ToldLedger
from dockwarden.notify.outcome_events import about_end
from dockwarden.runtime.parts import Parts

_LOOKED_BACK = timedelta(hours=1)
"""How long after its deadline the end of a proposal is still told, should no sweep have run before."""

_ENDS = {Standing.SETTLED: "settled", Standing.REJECTED: "rejected"}


def tell_of_ended(parts: Parts) -> int:
    """Put an event about each proposal that has ended since the last sweep into the outbox; how many.

    Raises TryAgainError where the outbox does not take them; they are told by the next sweep then.
    """
    now, told = parts.clock.now(), ToldLedger(parts.store)
    kept, _ = parts.proposals.listed()
    recent = [held for held in kept if now < held.until + _LOOKED_BACK]
    ended = {_mark(held, how): (held, how) for held in recent if (how := _end_of(held, now)) is not None}
    known = told.which(list(ended))
    new = {mark: end for mark, end in ended.items() if mark not in known}
    if new:
        parts.outbox.send((), [about_end(held, how) for held, how in new.values()])
        # Once they are handed over: twice is better than never, and the event's id is the same.
        told.remember(list(new), now)
    return len(new)


def _end_of(held: HeldAction, now: datetime) -> str | None:
    """How a proposal has ended, None for one that still waits or is under way."""
    if held.standing is Standing.WAITING:
        return "lapsed" if now >= held.until else None
    return _ENDS.get(held.standing)


def _mark(held: HeldAction, how: str) -> str:
    return f"{held.id}-{how}"
