"""The history of one service, or of one group of standalone tasks, as the ledger keeps it."""

from dataclasses import dataclass
from datetime import datetime

MOST_STOPS = 40
MOST_VERSIONS = 80
MOST_CLOSED = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """One task that failed: why, of which revision and deployment, and how long it ran in seconds, if it did."""

    task: str
    cause: str
    revision: str | None
    deployment: str | None
    at: datetime
    ran: float | None


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause that a service fails by, from its first failure until the service was steady for a while.

    `said` is the sentence that people were told about a task of it, which later news do not lose.
    """

    id: str
    cause: str
    revision: str | None
    opened_at: datetime
    last_at: datetime
    count: int = 1
    looping: bool = False
    closed_at: datetime | None = None
    said: str = ""

    @property
    def open(self) -> bool:
        """Whether the service still fails by it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one service: bounded, so that a service that crashes for ever costs no more than any other.

    `written` counts the writes of the ledger and is 0 for a history that is not kept yet. `versions` is the
    highest `detail.version` seen of each task, the oldest forgotten first. `below_since` is since when fewer
    tasks run than should, as the sweep has seen it.
    """

    key: str
    stops: tuple[Stop, ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    incidents: tuple[Incident, ...] = ()
    steady_since: datetime | None = None
    below_since: datetime | None = None
    written: int = 0

    def incident(self, cause: str) -> Incident | None:
        """The open incident of a cause."""
        return next((one for one in self.incidents if one.open and one.cause == cause), None)

    def latest(self) -> Incident | None:
        """The open incident that failed last."""
        still = [one for one in self.incidents if one.open]
        return max(still, key=lambda one: (one.last_at, one.id), default=None)

    def version(self, task: str) -> int | None:
        """The highest version seen of a task."""
        return dict(self.versions).get(task)

    def stopped(self, task: str) -> Stop | None:
        """The stop of a task that was counted already."""
        return next((stop for stop in self.stops if stop.task == task), None)

    def causes(self, deployment: str | None = None) -> dict[str, int]:
        """How often each cause stopped a task, of one deployment or of all."""
        counted: dict[str, int] = {}
        for stop in self.stops:
            if deployment is None or stop.deployment == deployment:
                counted[stop.cause] = counted.get(stop.cause, 0) + 1
        return counted
