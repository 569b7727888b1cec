"""Disruption budgets: how much of a service, a cluster or an account may be disrupted at once. Pure.

As in Kubernetes' PodDisruptionBudget and Karpenter's budgets: a number or a percent, counted in flight, the most
restrictive wins, and at least one is always left.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockwarden.errors import SettingsError
from dockwarden.facts.unknown import NotRead

_LIMIT = re.compile(r"\s*(\d{1,6})\s*(%?)\s*", re.ASCII)
_ALL = 100


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, or a percent of what there is; `said_by` names the place that sets it."""

    amount: int
    percent: bool
    said_by: str

    def allows(self, size: int | None, left: int = 1) -> int | None:
        """How many of `size` may be disrupted at once; None where a percent of an unknown size is asked for.

        A percent is rounded up, so that a small service can move at all; `left` are left of all that there is.
        """
        if size is None:
            return None if self.percent else self.amount
        wanted = -(-size * self.amount // _ALL) if self.percent else self.amount
        return max(0, min(wanted, size - left))

    def __str__(self) -> str:
        """The limit as it is written in settings and tags."""
        return f"{self.amount}%" if self.percent else str(self.amount)


@dataclass(frozen=True, slots=True)
class Pool:
    """What a budget is counted in: its key in the ledger, and its name and unit for people."""

    key: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is in a pool, and what of it is disrupted already, as read: units by target.

    `size` is None where it has no bound, as with an account. `left` is how many are left whatever a limit says.
    """

    size: int | None
    disrupted: Mapping[str, int]
    left: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """What an action would take of a pool, under which limits, and what was read about the pool."""

    pool: Pool
    units: int
    limits: tuple[Limit, ...]
    room: Room | NotRead


def read_limit(text: object, said_by: str) -> Limit:
    """The limit that a setting or tag holds: `3` or `25%`. Raises SettingsError for anything else."""
    found = _LIMIT.fullmatch(text) if isinstance(text, str) else None
    if found is None or (found[2] and int(found[1]) > _ALL):
        raise SettingsError(said_by, text, "a number such as 2, or a percent such as 25%")
    return Limit(int(found[1]), bool(found[2]), said_by)


def denied(need: Need, in_flight: Mapping[str, int], target: str) -> str | None:
    """Why a budget has no room for an action now, in numbers, or None. `in_flight` is what the ledger counts.

    What is read and what is counted are joined by target, so that nothing counts twice; the target itself
    does not stand in its own way.
    """
    if isinstance(need.room, NotRead):
        return f"how many {need.pool.unit} of {need.pool.name} are in disruption could not be read: {need.room.why}"
    if not need.limits:
        return None
    taken = {**need.room.disrupted, **in_flight}
    taken.pop(target, None)
    allowed, limit = _strictest(need.limits, need.room)
    if allowed is None:
        return f"{limit.said_by} is {limit} of {need.pool.name}, of which the size is not known"
    used = sum(taken.values())
    if used + need.units <= allowed:
        return None
    of = f" of {need.room.size}" if need.room.size is not None else ""
    wanted = f", {need.units} more wanted" if need.units > 1 else ""
    return (
        f"{used} {need.pool.unit}{of} of {need.pool.name} are in disruption{wanted}, "
        f"and {limit.said_by} allows {allowed} at once ({limit})"
    )


def _strictest(limits: Sequence[Limit], room: Room) -> tuple[int | None, Limit]:
    """The limit that allows least; one that cannot be computed allows least of all."""
    computed = [(limit.allows(room.size, room.left), limit) for limit in limits]
    return min(computed, key=lambda pair: -1 if pair[0] is None else pair[0])
