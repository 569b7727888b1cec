"""A deployment of a daemon began, ended, or is being rolled back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.events import fields
from dockwarden.events.ecs_daemon_report import DaemonReport
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DaemonDeploymentStateChange(DaemonReport):
    """``ECS Daemon Deployment State Change`` of the ECS Developer Guide (managed-daemons-events).

    ``event_name`` is DAEMON_DEPLOYMENT_ and PENDING, IN_PROGRESS, SUCCESSFUL, STOPPED, STOP_REQUESTED,
    ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCESSFUL or ROLLBACK_FAILED, the only one that is an ERROR.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Daemon Deployment State Change",)

    daemon_deployment_arn: str | None
    target_daemon_revision_arn: str | None
    updated_at: datetime | None

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        detail = envelope.detail
        return {
            "daemon_deployment_arn": fields.text(detail, "daemonDeploymentArn"),
            "target_daemon_revision_arn": fields.text(detail, "targetDaemonRevisionArn"),
            "updated_at": fields.time(detail, "updatedAt"),
        }
