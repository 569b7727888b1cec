"""Which of the task sets of a service is new, and the service as if that were its primary deployment. Pure.

ECS shows no deployments of a service that CodeDeploy or another controller deploys. Its `taskDefinition` is that of the
task set that serves, which for most of a deployment is the old one (botocore model of TaskSet; a recorded run of
CodeDeploy of August 2026).
"""

from collections.abc import Sequence
from dataclasses import replace

from dockwarden.facts.services import Deployment, ServiceState, TaskSet


def live(state: ServiceState) -> Sequence[TaskSet]:
    """The task sets that are to have tasks, the newest first; of one that is being taken away nothing depends."""
    return sorted((one for one in state.task_sets if one.status != "DRAINING"), key=_made, reverse=True)


def newest(state: ServiceState) -> TaskSet | None:
    """The task set that was made last, None for a service without any."""
    return next(iter(live(state)), None)


def before_it(state: ServiceState) -> TaskSet | None:
    """The task set that the newest one is to replace, None where it is alone."""
    return next(iter(live(state)[1:]), None)


def as_deployed(state: ServiceState) -> ServiceState:
    """A service as if its newest task set were its primary deployment; one with deployments as it is."""
    made = newest(state)
    if made is None or state.deployments:
        return state
    deployment = Deployment(
        id=made.id,
        status="PRIMARY",
        rollout_state="COMPLETED" if _is_over(state, made) else "IN_PROGRESS",
        rollout_state_reason=None,
        task_definition_arn=made.task_definition_arn,
        desired=made.desired,
        running=made.running,
        pending=made.pending,
        failed_tasks=0,
        created_at=made.created_at,
        updated_at=made.updated_at,
    )
    on = made.task_definition_arn or state.task_definition_arn
    seen = replace(state, task_definition_arn=on, deployments=(deployment,))
    return replace(seen, running=made.running, pending=made.pending)


def _is_over(state: ServiceState, made: TaskSet) -> bool:
    return len(live(state)) == 1 and made.stability == "STEADY_STATE"


def _made(one: TaskSet) -> float:
    return one.created_at.timestamp() if one.created_at is not None else 0.0
