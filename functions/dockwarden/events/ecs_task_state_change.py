"""A task of ECS is on its way up, runs, or stops."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self

from dockwarden.errors import MalformedEventError
from dockwarden.events import arn, ecs_subject, fields
from dockwarden.events.envelope import Envelope

_SERVICE_GROUP = "service:"
_DEPLOYMENT = "ecs-svc/"


# A tuple, not a dataclass: making the class costs a cold start a third as much.
class TaskContainer(NamedTuple):
    """One container of a task; ``exit_code`` None means that it never ran or its host is gone, never 0.

    Which containers are essential is no part of the event: only the task definition says it.
    """

    name: str | None
    last_status: str | None
    exit_code: int | None
    reason: str | None
    image: str | None
    image_digest: str | None
    runtime_id: str | None
    health_status: str | None
    cpu: str | None
    memory: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return one item of ``detail.containers``."""
        return cls(
            name=fields.text(data, "name"),
            last_status=fields.text(data, "lastStatus"),
            exit_code=fields.integer(data, "exitCode"),
            reason=fields.text(data, "reason"),
            image=fields.text(data, "image"),
            image_digest=fields.text(data, "imageDigest"),
            runtime_id=fields.text(data, "runtimeId"),
            health_status=fields.text(data, "healthStatus"),
            cpu=fields.text(data, "cpu"),
            memory=fields.text(data, "memory"),
        )


@dataclass(frozen=True, slots=True)
class TaskStateChange:
    """The AWS schema ``aws.ecs@ECSTaskStateChange``.

    ``version`` grows by one with each change of the task, so that duplicates and late events can be told.
    A Fargate Spot warning is such an event too: ``desired_status`` STOPPED while ``last_status`` is RUNNING.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Task State Change",)

    envelope: Envelope
    task_arn: str
    cluster_arn: str | None
    cluster: str | None
    task_definition_arn: str | None
    container_instance_arn: str | None
    group: str | None
    started_by: str | None
    desired_status: str | None
    last_status: str | None
    stop_code: str | None
    stopped_reason: str | None
    health_status: str | None
    launch_type: str | None
    capacity_provider_name: str | None
    platform_version: str | None
    availability_zone: str | None
    connectivity: str | None
    cpu: str | None
    memory: str | None
    version: int | None
    containers: tuple[TaskContainer, ...]
    created_at: datetime | None
    pull_started_at: datetime | None
    pull_stopped_at: datetime | None
    started_at: datetime | None
    stopping_at: datetime | None
    execution_stopped_at: datetime | None
    stopped_at: datetime | None
    updated_at: datetime | None

    @property
    def service_name(self) -> str | None:
        """The service that runs the task, None for a standalone task or one of another group."""
        return _after(_SERVICE_GROUP, self.group)

    @property
    def deployment_id(self) -> str | None:
        """The deployment that started the task (``ecs-svc/...``), absent while it is provisioned."""
        by = self.started_by
        return by if _after(_DEPLOYMENT, by) else None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no task."""
        detail, own = envelope.detail, _task_arn(envelope)
        return cls(
            envelope=envelope,
            task_arn=own,
            cluster_arn=fields.text(detail, "clusterArn"),
            cluster=ecs_subject.cluster(detail, arn.in_cluster(own, "task")),
            task_definition_arn=fields.text(detail, "taskDefinitionArn"),
            container_instance_arn=fields.text(detail, "containerInstanceArn"),
            group=fields.text(detail, "group"),
            started_by=fields.text(detail, "startedBy"),
            desired_status=fields.text(detail, "desiredStatus"),
            last_status=fields.text(detail, "lastStatus"),
            stop_code=fields.text(detail, "stopCode"),
            stopped_reason=fields.text(detail, "stoppedReason"),
            health_status=fields.text(detail, "healthStatus"),
            launch_type=fields.text(detail, "launchType"),
            capacity_provider_name=fields.text(detail, "capacityProviderName"),
            platform_version=fields.text(detail, "platformVersion"),
            availability_zone=fields.text(detail, "availabilityZone"),
            connectivity=fields.text(detail, "connectivity"),
            cpu=fields.text(detail, "cpu"),
            memory=fields.text(detail, "memory"),
            version=fields.integer(detail, "version"),
            containers=tuple(map(TaskContainer.read, fields.mappings(detail, "containers"))),
            created_at=fields.time(detail, "createdAt"),
            pull_started_at=fields.time(detail, "pullStartedAt"),
            pull_stopped_at=fields.time(detail, "pullStoppedAt"),
            started_at=fields.time(detail, "startedAt"),
            stopping_at=fields.time(detail, "stoppingAt"),
            execution_stopped_at=fields.time(detail, "executionStoppedAt"),
            stopped_at=fields.time(detail, "stoppedAt"),
            updated_at=fields.time(detail, "updatedAt"),
        )


def _task_arn(envelope: Envelope) -> str:
    try:
        return ecs_subject.arn_of(envelope, "taskArn", "task")
    except MalformedEventError:
        # Each container repeats the ARN of its task.
        for container in fields.mappings(envelope.detail, "containers"):
            if found := fields.text(container, "taskArn"):
                return found
        raise


def _after(prefix: str, value: str | None) -> str | None:
    return value.removeprefix(prefix) or None if value is not None and value.startswith(prefix) else None
