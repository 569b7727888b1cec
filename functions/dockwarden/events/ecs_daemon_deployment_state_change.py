"""A deployment of a daemon began, ended, or is being rolled back."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ecs_daemon import daemon_of
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DaemonDeploymentStateChange:
    """``ECS Daemon Deployment State Change`` of the ECS Developer Guide (managed-daemons-events).

    ``event_name`` is DAEMON_DEPLOYMENT_ and PENDING, IN_PROGRESS, SUCCESSFUL, STOPPED, STOP_REQUESTED,
    ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCESSFUL or ROLLBACK_FAILED. It has no version.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Daemon Deployment State Change",)

    envelope: Envelope
    daemon_arn: str
    daemon_name: str
    cluster_arn: str | None
    cluster: str
    event_type: str | None
    event_name: str | None
    reason: str | None
    daemon_deployment_arn: str | None
    target_daemon_revision_arn: str | None
    updated_at: datetime | None

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
            reason=fields.text(detail, "reason"),
            daemon_deployment_arn=fields.text(detail, "daemonDeploymentArn"),
            target_daemon_revision_arn=fields.text(detail, "targetDaemonRevisionArn"),
            updated_at=fields.time(detail, "updatedAt"),
        )
