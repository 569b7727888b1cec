"""What an event says of when it was, and of the stop of a task, as a history keeps it. Pure."""

from datetime import datetime, timedelta

from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.incidents.history import Stop
from dockwarden.incidents.loops import HEALTH
from dockwarden.incidents.subjects import revision

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When something was that says nothing of when."""

_AHEAD = timedelta(minutes=5)
"""So far, clocks may differ; a time further ahead of its event is none."""

_OWN_FAILURE = frozenset({"EssentialContainerExited", "TaskFailedToStart", None})
_SCHEDULER = "ServiceSchedulerInitiated"


def when(event: TaskStateChange | ServiceAction | DeploymentStateChange) -> datetime:
    """The moment that an event is about, never later than the event itself by more than clocks may differ."""
    sent = event.envelope.time
    # The beginning of a stop is in all events of it, so that any of them says the same.
    at = _own_time(event) or sent or EPOCH
    return sent if sent is not None and at - sent > _AHEAD else at


def stop_of(task: TaskStateChange, found: Diagnosis) -> Stop:
    """The stop of a task, by its diagnosis."""
    ended = task.execution_stopped_at or task.stopping_at or task.stopped_at
    ran = (ended - task.started_at).total_seconds() if ended and task.started_at else None
    return Stop(
        task.task_arn,
        found.cause,
        revision(task.task_definition_arn),
        task.deployment_id,
        when(task),
        ran,
        found.container,
        counts=counts_for_loop(task, found.cause),
    )


def counts_for_loop(task: TaskStateChange, cause: str) -> bool:
    """Whether a task that stopped may be part of a crash loop: one of a service that failed by itself or by its health.

    A standalone task may run to completion, the platform is not the service's fault, and a stopCode that nobody
    knows yet says nothing; an old event has none.
    """
    if task.service_name is None:
        return False
    return task.stop_code in _OWN_FAILURE or (task.stop_code == _SCHEDULER and cause in HEALTH)


def _own_time(event: TaskStateChange | ServiceAction | DeploymentStateChange) -> datetime | None:
    match event:
        case TaskStateChange():
            return event.stopping_at or event.stopped_at
        case ServiceAction():
            return event.created_at or event.updated_at
    return event.updated_at
