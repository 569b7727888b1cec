"""Restarts inside tasks, as a sweep holds them against its limit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, failing, kept

_CAUSE = "unknown"  # a count does not say why


@dataclass(frozen=True, slots=True)
class Inside:
    """The restarts inside the tasks of one service within a time; `limit` 0 means that nobody asks for them.

    `count` is None where nobody knows it: CloudWatch was not read.
    """

    count: int | None
    limit: int
    within: timedelta

    @property
    def many(self) -> bool:
        """Whether there are so many that the service crashes without an event."""
        return self.limit > 0 and self.count is not None and self.count >= self.limit

    def may_go_on(self, history: History) -> bool:
        """Whether an incident of such restarts is open, and nobody knows whether they are over."""
        unknown = self.limit > 0 and self.count is None
        return unknown and any(one.open and one.inside for one in history.incidents)


@dataclass(frozen=True, slots=True)
class Counted:
    """The restarts inside the tasks of all services within a time, or why they were not read."""

    counts: Mapping[ServiceRef, int] | NotRead
    limit: int
    within: timedelta

    def of(self, service: ServiceRef) -> Inside:
        """Those of one service; CloudWatch counts none where there is no restart policy."""
        count = None if isinstance(self.counts, NotRead) else self.counts.get(service, 0)
        return Inside(count, self.limit, self.within)


NOT_ASKED = Inside(None, 0, timedelta(0))
"""Where nobody asks for restarts inside tasks."""


def restarting(history: History, now: datetime) -> Change | None:
    """The incident of a service whose containers restart inside their tasks; None where one is open already."""
    if history.latest() is not None:
        return None
    change = failing(history, _CAUSE, None, now, looping=True)
    if change.incident is None:
        return None
    incident = replace(change.incident, inside=True)
    return replace(change, history=kept(change.history, incident), incident=incident)
