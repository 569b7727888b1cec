"""A deployment of a service started, completed or failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import ecs_subject, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DeploymentStateChange:
    """``ECS Deployment State Change`` of the ECS Developer Guide; the EventBridge registry has no schema of it.

    ``SERVICE_DEPLOYMENT_IN_PROGRESS`` is sent for a rollback too, where only ``reason`` differs;
    ``SERVICE_DEPLOYMENT_FAILED`` only with the circuit breaker or deployment alarms on. The event has no
    version: order it by asking ECS again.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Deployment State Change",)

    envelope: Envelope
    service_arn: str
    service_name: str
    cluster_arn: str | None
    cluster: str | None
    event_type: str | None
    event_name: str | None
    deployment_id: str | None
    reason: str | None
    updated_at: datetime | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no service."""
        detail = envelope.detail
        service_arn, place = ecs_subject.service_arn(envelope)
        return cls(
            envelope=envelope,
            service_arn=service_arn,
            service_name=place.name,
            cluster_arn=fields.text(detail, "clusterArn"),
            cluster=ecs_subject.cluster(detail, place),
            event_type=fields.text(detail, "eventType"),
            event_name=fields.text(detail, "eventName"),
            deployment_id=fields.text(detail, "deploymentId"),
            reason=fields.text(detail, "reason"),
            updated_at=fields.time(detail, "updatedAt"),
        )
