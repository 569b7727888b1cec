"""Many services that fail at the same time have one cause in common, which no rollback mends (invariant 33). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.hashing import short_hash

NOT_COUNTED = frozenset({"spot", "host-terminated", "user", "scheduler"})
"""Causes that say nothing about what a service runs: AWS's or a person's doing, one service at a time."""

_NAMED = 5
_REMEMBERED = 10
"""By how many of its services it is known again."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A service that fails now: by its key, since when and by which cause."""

    service: str
    cause: str
    since: datetime


@dataclass(frozen=True, slots=True)
class MassFailure:
    """Services that began to fail at the same time, the first of them first."""

    services: tuple[Failing, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        """By what it is known again, while some of its first services recover and others join them."""
        return tuple(
            f"mass-{short_hash(one.service, one.since.isoformat())}" for one in self.services[:_REMEMBERED]
        )

    def sentence(self) -> str:
        """What fails since when, for people."""
        first, number = self.services[0], len(self.services)
        return (
            f"{number} services fail at once since {first.since:%H:%M} UTC, which looks like one shared cause, "
            f"not {number} bad releases; the first to fail was {first.service}"
        )

    def named(self) -> str:
        """The first few services with their causes."""
        few = ", ".join(f"{one.service} ({one.cause})" for one in self.services[:_NAMED])
        left = len(self.services) - _NAMED
        return f"{few} and {left} more" if left > 0 else few


def mass_failure(
    failing: Iterable[Failing], least: int, window: timedelta, began_after: datetime
) -> MassFailure | None:
    """The largest group of services whose failures began within a window of each other, if it is large enough.

    What began before a moment does not count any more: what has lasted so long is somebody's work by now.
    """
    counted = (one for one in failing if one.cause not in NOT_COUNTED and one.since >= began_after)
    found = sorted(counted, key=lambda f: (f.since, f.service, f.cause))
    groups = [_together([f for f in found if one.since <= f.since <= one.since + window]) for one in found]
    largest = max(groups, key=len, default=())
    return MassFailure(largest) if len(largest) >= max(1, least) else None


def _together(failing: Iterable[Failing]) -> tuple[Failing, ...]:
    """Each service once, with its first failure of some; an older one of its own hides no new one."""
    first_of: dict[str, Failing] = {}
    for one in failing:
        first_of.setdefault(one.service, one)
    return tuple(first_of.values())
