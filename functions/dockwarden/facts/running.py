"""The tasks of a service that run, and when they were looked at."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunningTask:
    """One task that is RUNNING; `started_by` is the id of the deployment that started it, `ecs-svc/...`."""

    task_definition: str
    started_by: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class RunningTasks:
    """The tasks of a service that ran at `read_at`, which is later than the event that made somebody look.

    `complete` says that there are no more of them than were read.
    """

    read_at: datetime
    tasks: tuple[RunningTask, ...]
    complete: bool = True
