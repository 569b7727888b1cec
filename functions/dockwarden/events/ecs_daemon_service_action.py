"""ECS could not start a daemon's task on a container instance."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ecs_daemon import daemon_of
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DaemonServiceAction:
    """``ECS Daemon Service Action`` of the ECS Developer Guide (managed-daemons-events).

    ``failure_type`` is TASK_FAILED_TO_RUN, where ``task_arn`` is the task, or TASK_CREATION_FAILED, where there
    is none. Its ``event_type`` says WARNING where the service events say WARN. It has no version.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Daemon Service Action",)

    envelope: Envelope
    daemon_arn: str
    daemon_name: str
    cluster_arn: str | None
    cluster: str
    event_type: str | None
    event_name: str | None
    failure_type: str | None
    reason: str | None
    task_arn: str | None
    container_instance_arn: str | None
    capacity_provider_name: str | None
    daemon_revision_arn: str | None
    daemon_task_definition_arn: str | None
    created_at: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no daemon."""
        detail, daemon = envelope.detail, daemon_of(envelope)
        return cls(
            envelope=envelope,
            daemon_arn=daemon.arn,
            daemon_name=daemon.name,
            cluster_arn=fields.text(detail, "clusterArn"),
            cluster=daemon.cluster,
            event_type=fields.text(detail, "eventType"),
            event_name=fields.text(detail, "eventName"),
            failure_type=fields.text(detail, "failureType"),
            reason=fields.text(detail, "reason"),
            task_arn=fields.text(detail, "taskArn"),
            container_instance_arn=fields.text(detail, "containerInstanceArn"),
            capacity_provider_name=fields.text(detail, "capacityProviderName"),
            daemon_revision_arn=fields.text(detail, "daemonRevisionArn"),
            daemon_task_definition_arn=fields.text(detail, "daemonTaskDefinitionArn"),
            created_at=fields.time(detail, "createdAt"),
        )
