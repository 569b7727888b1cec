"""How many tasks of a service fail: what holds is told apart from what has failed and from what is too young. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.facts.running import RunningTask, RunningTasks
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import MOST_STOPS, History, Stop
from dockwarden.rollback.failing import is_of

_LEAST_OUTLIVED = timedelta(seconds=60)
_LONGER = timedelta(seconds=30)
"""Tasks that start together do not die in the same second."""

_LEAST_WINDOW = timedelta(minutes=10)
_LAST = 5
"""So many of the last failures say how long a task lives that fails."""


@dataclass(frozen=True, slots=True)
class Share:
    """How a service is made up: `steady` of its `desired` tasks have outlived those that failed, `failed` did fail.

    A task that is neither is too young to say. `failed` is None where so many have that nobody counts them.
    """

    desired: int
    steady: int
    failed: int | None

    @property
    def failing(self) -> int:
        """How many of its tasks are known to fail: never one that holds, and none that has not failed."""
        unsteady = max(0, self.desired - self.steady)
        return unsteady if self.failed is None else min(unsteady, self.failed)

    @property
    def holding(self) -> int:
        """How many are not known to fail."""
        return self.desired - self.failing


def share(history: History, state: ServiceState, running: RunningTasks | NotRead) -> Share | NotRead:
    """How much of what a service runs now fails."""
    if isinstance(running, NotRead):
        return running
    if not running.complete:
        return NotRead(f"it has more than the {len(running.tasks)} tasks that were read")
    stops = [stop for stop in history.stops if stop.counts and is_of(stop, state)]
    lived = _lived(stops)
    mine = [task for task in running.tasks if _is_of(task, state)]
    steady = sum(1 for task in mine if _outlives(task, lived, running.read_at))
    return Share(state.desired, steady, _failed(stops, state, lived, running.read_at))


def _lived(stops: Iterable[Stop]) -> timedelta:
    """How long a task lives that fails: the middle one of the last, because a bad message ends old tasks as well."""
    ran = sorted([stop.ran for stop in stops if stop.ran is not None][-_LAST:]) or [0.0]
    return timedelta(seconds=ran[len(ran) // 2])


def _outlives(task: RunningTask, lived: timedelta, now: datetime) -> bool:
    return now - task.started_at > max(_LEAST_OUTLIVED, lived + _LONGER)


def _failed(stops: list[Stop], state: ServiceState, lived: timedelta, now: datetime) -> int | None:
    """How many have failed since about two lives, or are missing; None for more than a history keeps."""
    window = max(_LEAST_WINDOW, 2 * lived)
    lately = {stop.task for stop in stops if now - stop.at <= window}
    if len(lately) >= MOST_STOPS:
        return None
    return max(len(lately), _missing(state))


def _missing(state: ServiceState) -> int:
    """How many tasks do not run that should, once the deployment is over; before, they may just not be there yet."""
    primary = state.deployment()
    if primary is None or primary.rollout_state != "COMPLETED":
        return 0
    return max(0, state.desired - state.running)


def _is_of(task: RunningTask, state: ServiceState) -> bool:
    """Whether a task is of the current deployment: of the same number, a forced deployment may bring another image."""
    primary = state.deployment()
    if primary is not None and primary.id is not None and task.started_by is not None:
        return task.started_by == primary.id
    return task.task_definition == state.task_definition_arn
