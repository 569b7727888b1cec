"""A lifecycle hook of a service deployment began, waits for an answer, or ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.events import ecs_subject, fields
from dockwarden.events.ecs_service_report import ServiceReport
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class HookStateChange(ServiceReport):
    """``ECS Hook State Change`` of the ECS Developer Guide (ecs_hook_state_change_events).

    ``event_name`` is HOOK_ and IN_PROGRESS, AWAITING_ACTION, SUCCEEDED, FAILED or TIMED_OUT. A PAUSE hook that
    awaits an action is answered by ContinueServiceDeployment with ``hook_id``, and else ends at ``expires_at``;
    SUCCEEDED then says that the answer was CONTINUE, FAILED that it was ROLLBACK. ``timeout_action`` is in the
    API's ``lifecycleHookDetails`` and not in AWS's example of the event. The event has no version.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Hook State Change",)

    hook_id: str | None
    hook_type: str | None
    lifecycle_stage: str | None
    service_deployment_arn: str | None
    timeout_action: str | None
    expires_at: datetime | None

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        detail = envelope.detail
        return {
            "hook_id": fields.text(detail, "hookId"),
            "hook_type": fields.text(detail, "hookType"),
            "lifecycle_stage": fields.text(detail, "lifecycleStage"),
            "service_deployment_arn": ecs_subject.service_deployment_arn(envelope),
            "timeout_action": fields.text(detail, "timeoutAction"),
            "expires_at": fields.time(detail, "expiresAt"),
        }
