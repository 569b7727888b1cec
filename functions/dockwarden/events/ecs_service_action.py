"""The scheduler of ECS reports on a service: steady, impaired, no place for a task, throttled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.events import fields
from dockwarden.events.ecs_service_report import ServiceReport
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class ServiceAction(ServiceReport):
    """The AWS schema ``aws.ecs@ECSServiceAction``, which has no version: order it by asking ECS again.

    Since 2025 the ECS Developer Guide (ecs_service_events) lists ``SERVICE_DEPLOYMENT_*`` here too, beside
    ``ECS Deployment State Change``; ``deployment_id`` and ``updated_at`` are there for those.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Service Action",)

    deployment_id: str | None
    desired_count: int | None
    capacity_provider_arns: tuple[str, ...]
    container_instance_arns: tuple[str, ...]
    ec2_instance_ids: tuple[str, ...]
    task_arns: tuple[str, ...]
    task_set_arns: tuple[str, ...]
    target_group_arns: tuple[str, ...]
    created_at: datetime | None

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        detail = envelope.detail
        return {
            "deployment_id": fields.text(detail, "deploymentId"),
            "desired_count": fields.integer(detail, "desiredCount"),
            "capacity_provider_arns": fields.texts(detail, "capacityProviderArns"),
            "container_instance_arns": fields.texts(detail, "containerInstanceArns"),
            "ec2_instance_ids": fields.texts(detail, "ec2InstanceIds"),
            "task_arns": fields.texts(detail, "taskArns"),
            "task_set_arns": fields.texts(detail, "taskSetArns"),
            "target_group_arns": fields.texts(detail, "targetGroupArns"),
            "created_at": fields.time(detail, "createdAt"),
        }
