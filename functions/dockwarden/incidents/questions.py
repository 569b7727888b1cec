"""What to read about a failure: the service, the container's log, and the revision that works. Pure."""

from dockwarden.causes.tasks import diagnose_task
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import Question
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead


def service_of(event: TaskStateChange | ServiceAction | DeploymentStateChange) -> ServiceRef | None:
    """The service that an event is about, None for a standalone task."""
    return ServiceRef(event.cluster, event.service_name) if event.cluster and event.service_name else None


def question_about(
    event: TaskStateChange | ServiceAction | DeploymentStateChange, state: ServiceState | NotRead | None
) -> Question:
    """What to read about a failure, given its service as it is now."""
    task = event if isinstance(event, TaskStateChange) else None
    bad = task.task_definition_arn if task else None
    good = _good_revision(state, bad) if isinstance(state, ServiceState) and bad is not None else None
    found = diagnose_task(task) if task else None
    return Question(
        service=service_of(event),
        task_definition_arn=bad,
        task_arn=task.task_arn if task else None,
        container=found.container if found else None,
        good_revision=good,
        bad_revision=bad if good else None,
        deployment_id=event.deployment_id,
    )


def _good_revision(state: ServiceState, bad: str) -> str | None:
    """The task definition of another deployment that still runs tasks, None where nothing shows one."""
    others = (d for d in state.deployments if d.task_definition_arn not in (None, bad) and d.running > 0)
    return next((d.task_definition_arn for d in others), None)
