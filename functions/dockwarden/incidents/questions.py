"""What to read about a failure: the service, the container's log, and what changed. Pure."""

from dockwarden.causes.tasks import diagnose_task
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import Question
from dockwarden.facts.services import ServiceRef
from dockwarden.incidents.history import Stop


def service_of(event: TaskStateChange | ServiceAction | DeploymentStateChange) -> ServiceRef | None:
    """The service that an event is about, None for a standalone task."""
    return ServiceRef(event.cluster, event.service_name) if event.cluster and event.service_name else None


def question_about(
    event: TaskStateChange | ServiceAction | DeploymentStateChange,
    example: Stop | None = None,
) -> Question:
    """What to read about a failure.

    `example` is a task that failed before, for a failure that names none.
    """
    task, container, definition = (
        _task_of(event) if isinstance(event, TaskStateChange) else _remembered(example)
    )
    return Question(
        service=service_of(event),
        task_definition_arn=definition,
        task_arn=task,
        container=container,
        deployment_id=event.deployment_id,
    )


def _task_of(task: TaskStateChange) -> tuple[str | None, str | None, str | None]:
    """Task, container and task definition that a failure is about."""
    found = diagnose_task(task)
    return task.task_arn, found.container if found else None, task.task_definition_arn


def _remembered(stop: Stop | None) -> tuple[str | None, str | None, str | None]:
    """The same of a task that is remembered; its definition is of the same account and Region."""
    if stop is None or stop.revision is None:
        return None, None, None
    owner = stop.task.partition(":task/")[0]
    return stop.task, stop.container, f"{owner}:task-definition/{stop.revision}"
