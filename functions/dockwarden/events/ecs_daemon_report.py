"""What ECS's two events about a daemon have in common."""

from dataclasses import dataclass
from typing import Any, Self

from dockwarden.events import fields
from dockwarden.events.ecs_daemon import daemon_of
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DaemonReport:
    """What ECS says of a daemon or of a deployment of it; neither event has a version."""

    envelope: Envelope
    daemon_arn: str
    daemon_name: str
    cluster_arn: str | None
    cluster: str
    event_type: str | None
    event_name: str | None
    reason: str | None

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
            **cls._more(envelope),
        )

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        """The fields that an event has beside these."""
        raise NotImplementedError
