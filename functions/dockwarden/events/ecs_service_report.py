"""What ECS's events about a service have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from dockwarden.events import ecs_subject, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """What ECS says of a service, of a deployment of it or of a hook of that."""

    envelope: Envelope
    service_arn: str
    service_name: str
    cluster_arn: str | None
    cluster: str | None
    event_type: str | None
    event_name: str | None
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
            reason=fields.text(detail, "reason"),
            updated_at=fields.time(detail, "updatedAt"),
            **cls._more(envelope),
        )

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        """The fields that an event has beside these."""
        raise NotImplementedError
