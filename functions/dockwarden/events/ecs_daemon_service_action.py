"""ECS could not start a daemon's task on a container instance."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.events import fields
from dockwarden.events.ecs_daemon_report import DaemonReport
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DaemonServiceAction(DaemonReport):
    """``ECS Daemon Service Action`` of the ECS Developer Guide (managed-daemons-events).

    ``failure_type`` is TASK_FAILED_TO_RUN, where ``task_arn`` is the task, or TASK_CREATION_FAILED, where there
    is none. Its ``event_type`` says WARNING where the service events say WARN.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Daemon Service Action",)

    failure_type: str | None
    task_arn: str | None
    container_instance_arn: str | None
    capacity_provider_name: str | None
    daemon_revision_arn: str | None
    daemon_task_definition_arn: str | None
    created_at: datetime | None

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        detail = envelope.detail
        return {
            "failure_type": fields.text(detail, "failureType"),
            "task_arn": fields.text(detail, "taskArn"),
            "container_instance_arn": fields.text(detail, "containerInstanceArn"),
            "capacity_provider_name": fields.text(detail, "capacityProviderName"),
            "daemon_revision_arn": fields.text(detail, "daemonRevisionArn"),
            "daemon_task_definition_arn": fields.text(detail, "daemonTaskDefinitionArn"),
            "created_at": fields.time(detail, "createdAt"),
        }
