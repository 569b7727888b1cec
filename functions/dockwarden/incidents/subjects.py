"""Which history an event belongs to."""

from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange


def key_of(event: object) -> str | None:
    """The key of the service, or of the group of standalone tasks, that an event is about."""
    match event:
        case TaskStateChange(service_name=None):
            return f"{event.cluster or '?'}/tasks/{event.group or family(event.task_definition_arn) or event.task_arn}"
        case TaskStateChange() | ServiceAction() | DeploymentStateChange():
            return f"{event.cluster or '?'}/service/{event.service_name}"
    return None


def name_of(event: object) -> str:
    """The name that people know the subject of an event by."""
    match event:
        case TaskStateChange(service_name=None):
            return family(event.task_definition_arn) or event.task_arn.rpartition("/")[2]
        case TaskStateChange() | ServiceAction() | DeploymentStateChange():
            return event.service_name or "?"
    return "?"


def is_of_service(key: str) -> bool:
    """Whether the history of a key is that of a service; no name of a cluster has a slash."""
    return key.partition("/")[2].startswith("service/")


def named(key: str) -> str:
    """The name that people know the subject of a history by."""
    return key.partition("/")[2].partition("/")[2].removeprefix("family:") or key


def revision(task_definition_arn: str | None) -> str | None:
    """Family and number of a task definition, as people write them: `web:42`."""
    return task_definition_arn.rpartition("/")[2] or None if task_definition_arn else None


def family(task_definition_arn: str | None) -> str | None:
    """The family of a task definition."""
    named = revision(task_definition_arn)
    return named.partition(":")[0] or None if named else None
