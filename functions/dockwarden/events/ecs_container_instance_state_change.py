"""A container instance of ECS was registered, changed, or gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import arn, ecs_subject, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class ContainerInstanceStateChange:
    """The AWS schema ``aws.ecs@ECSContainerInstanceStateChange``.

    ``version`` grows by one with each change of the instance, so that duplicates and late events can be told.
    ``cluster`` is the plain name of ``cluster_arn``, or of the cluster in the instance's own ARN.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Container Instance State Change",)

    envelope: Envelope
    container_instance_arn: str
    cluster_arn: str | None
    cluster: str | None
    ec2_instance_id: str | None
    status: str | None
    status_reason: str | None
    agent_connected: bool | None
    capacity_provider_name: str | None
    running_tasks_count: int | None
    pending_tasks_count: int | None
    version: int | None
    registered_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no container instance."""
        detail = envelope.detail
        own = ecs_subject.arn_of(envelope, "containerInstanceArn", "container-instance")
        return cls(
            envelope=envelope,
            container_instance_arn=own,
            cluster_arn=fields.text(detail, "clusterArn"),
            cluster=ecs_subject.cluster(detail, arn.in_cluster(own, "container-instance")),
            ec2_instance_id=fields.text(detail, "ec2InstanceId"),
            status=fields.text(detail, "status"),
            status_reason=fields.text(detail, "statusReason"),
            agent_connected=fields.flag(detail, "agentConnected"),
            capacity_provider_name=fields.text(detail, "capacityProviderName"),
            running_tasks_count=fields.integer(detail, "runningTasksCount"),
            pending_tasks_count=fields.integer(detail, "pendingTasksCount"),
            version=fields.integer(detail, "version"),
            registered_at=fields.time(detail, "registeredAt"),
            updated_at=fields.time(detail, "updatedAt"),
        )
