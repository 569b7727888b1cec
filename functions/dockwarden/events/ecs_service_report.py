"""What ECS's two events about a service have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from dockwarden.events import ecs_subject, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """What ECS says of a service or of a deployment of it."""

    envelope: Envelope
    service_arn: str
    service_name: str
    cluster_arn: str | None
    cluster: str | None
    event_type: str | None
    event_name: str | None
    reason: str | None
    deployment_id: str | None
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
            reason=fields.text(detail, "reason"),
            deployment_id=fields.text(detail, "deploymentId"),
            updated_at=fields.time(detail, "updatedAt"),
            **cls._more(detail),
        )

    @classmethod
    def _more(cls, detail: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG003 - one of the events has more
        """The fields that one of the events has alone."""
        return {}
