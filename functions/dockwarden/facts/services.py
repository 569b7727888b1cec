"""A service as ECS describes it now, and the values it is made of."""

from dataclasses import dataclass
from datetime import datetime

CHANNEL_TAG = "dockwarden:channel"
"""The tag on a cluster or service that names the channel to tell its news in, one of those that the platform lists."""

STACK_TAG = "aws:cloudformation:stack-name"
"""The tag that CloudFormation puts on what a stack made."""


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service by the names of its cluster and itself, which every event about it brings."""

    cluster: str
    name: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of a service; `id` is `ecs-svc/...`, `status` PRIMARY for the one that ECS works towards."""

    id: str | None
    status: str | None
    rollout_state: str | None
    rollout_state_reason: str | None
    task_definition_arn: str | None
    desired: int
    running: int
    pending: int
    failed_tasks: int
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """One of the last messages of a service's own log of events, which is text of ECS."""

    at: datetime | None
    message: str


@dataclass(frozen=True, slots=True)
class TaskSet:
    """One of the sets of tasks of a service that CodeDeploy or another controller deploys, which has no deployments.

    `status` is PRIMARY for the one that serves production traffic, ACTIVE for one that does not, DRAINING for one
    that is on its way out; `external_id` the CodeDeploy deployment that made it, None for the first of a service.
    """

    id: str | None
    status: str | None
    external_id: str | None
    task_definition_arn: str | None
    stability: str | None
    desired: int
    running: int
    pending: int
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What DescribeServices says of a service; `messages` are the newest first, as ECS sends them.

    `service_revision_arns` are what runs now. A service that was deleted is INACTIVE for a while.
    """

    arn: str
    cluster_arn: str | None
    status: str | None
    task_definition_arn: str | None
    desired: int
    running: int
    pending: int
    minimum_healthy_percent: int | None
    maximum_percent: int | None
    alarm_names: tuple[str, ...]
    target_group_arns: tuple[str, ...]
    deployment_controller: str | None
    scheduling_strategy: str | None
    current_deployment_arn: str | None
    service_revision_arns: tuple[str, ...]
    deployments: tuple[Deployment, ...]
    messages: tuple[ServiceMessage, ...]
    tags: tuple[tuple[str, str], ...]
    task_sets: tuple[TaskSet, ...] = ()

    def tag(self, key: str) -> str | None:
        """The value of a tag."""
        return dict(self.tags).get(key)

    def deployment(self, deployment_id: str | None = None) -> Deployment | None:
        """The deployment of an id, or the primary one where none is asked for."""
        wanted = (
            d for d in self.deployments if (d.id == deployment_id if deployment_id else d.status == "PRIMARY")
        )
        return next(wanted, None)
