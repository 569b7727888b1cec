"""The history of one service, or of one group of standalone tasks, as the ledger keeps it."""

from dataclasses import dataclass
from datetime import datetime

MOST_STOPS = 40
MOST_TAKEN = 20
MOST_VERSIONS = 80
MOST_CLOSED = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """One task that stopped: why, of which revision and deployment, and how long it ran in seconds, if it did.

    `container` is the one that ended it, None where that is not known. `counts` says that it may be part of a
    crash loop.
    """

    task: str
    cause: str
    revision: str | None
    deployment: str | None
    at: datetime
    ran: float | None
    container: str | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause that a service fails by, from its first failure until the service was steady for a while.

    `said` is the sentence that people were told about why, which later news do not lose. `of_tasks` says that
    a task has failed by its cause, and `failed` which deployment has, None where none has.
    `inside` says that restarts inside its tasks opened it, which no event tells. `in_digest` says that people
    know of it by the digest of the first sweep, so that it needs no card of its own. `channel` is the one that the
    service named when it was told, empty where it named none.
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
    of_tasks: bool = False
    failed: str | None = None
    inside: bool = False
    in_digest: bool = False
    channel: str = ""

    @property
    def open(self) -> bool:
        """Whether the service still fails by it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one service: bounded, so that a service that crashes for ever costs no more than any other.

    `written` counts the writes of the ledger and is 0 for a history that is not kept yet. `versions` is the
    highest `detail.version` seen of each task that failed, the oldest forgotten first. `below_since` is since when fewer
    tasks run than should, as the sweep has seen it. What failed until `over_until` is over. `stops` are the tasks that failed; `taken` those of a
    deployment that AWS took away, which is no failure but may be why the deployment is one.
    """

    key: str
    stops: tuple[Stop, ...] = ()
    taken: tuple[Stop, ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    incidents: tuple[Incident, ...] = ()
    steady_since: datetime | None = None
    below_since: datetime | None = None
    over_until: datetime | None = None
    written: int = 0

    def incident(self, cause: str) -> Incident | None:
        """The open incident of a cause."""
        return next((one for one in self.incidents if one.open and one.cause == cause), None)

    def latest(self) -> Incident | None:
        """The open incident that failed last."""
        still = [one for one in self.incidents if one.open]
        return max(still, key=lambda one: (one.last_at, one.id), default=None)

    def is_over(self, at: datetime) -> bool:
        """Whether what failed at a moment is over."""
        return self.over_until is not None and at <= self.over_until

    def version(self, task: str) -> int | None:
        """The highest version seen of a task."""
        return dict(self.versions).get(task)

    def stopped(self, task: str) -> Stop | None:
        """The stop of a task that was counted already."""
        return next((stop for stop in self.stops if stop.task == task), None)

    def example(self, deployment: str | None, cause: str) -> Stop | None:
        """The last task that failed by a cause in a deployment, or else by the cause of the latest incident."""
        latest = self.latest()
        mine = [s for s in self.stops if s.cause == cause and s.deployment == deployment]
        others = [s for s in self.stops if latest is not None and s.cause == latest.cause]
        return next(reversed(mine or others), None)

    def causes(self, deployment: str | None = None) -> dict[str, int]:
        """How often each cause stopped a task, of one deployment or of all."""
        counted: dict[str, int] = {}
        for stop in (*self.stops, *self.taken):
            if deployment is None or stop.deployment == deployment:
                counted[stop.cause] = counted.get(stop.cause, 0) + 1
        return counted
