"""A lifecycle hook of a service deployment began, waits for an answer, or ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from dockwarden.events import ecs_subject, fields
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class HookStateChange:
    """``ECS Hook State Change`` of the ECS Developer Guide (ecs_hook_state_change_events).

    ``event_name`` is HOOK_ and IN_PROGRESS, AWAITING_ACTION, SUCCEEDED, FAILED or TIMED_OUT. A PAUSE hook that
    awaits an action is answered by ContinueServiceDeployment with ``hook_id``, and else ends at ``expires_at``.
    The event has no version.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Hook State Change",)

    envelope: Envelope
    service_arn: str
    service_name: str
    cluster_arn: str | None
    cluster: str | None
    event_type: str | None
    event_name: str | None
    hook_id: str | None
    hook_type: str | None
    lifecycle_stage: str | None
    service_deployment_arn: str | None
    reason: str | None
    expires_at: datetime | None
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
            hook_id=fields.text(detail, "hookId"),
            hook_type=fields.text(detail, "hookType"),
            lifecycle_stage=fields.text(detail, "lifecycleStage"),
            service_deployment_arn=ecs_subject.service_deployment_arn(envelope),
            reason=fields.text(detail, "reason"),
            expires_at=fields.time(detail, "expiresAt"),
            updated_at=fields.time(detail, "updatedAt"),
        )
