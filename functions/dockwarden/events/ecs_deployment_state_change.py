"""A deployment of a service started, completed or failed."""

from dataclasses import dataclass
from typing import Any, ClassVar

from dockwarden.events import fields
from dockwarden.events.ecs_service_report import ServiceReport
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class DeploymentStateChange(ServiceReport):
    """``ECS Deployment State Change`` of the ECS Developer Guide; the EventBridge registry has no schema of it.

    ``SERVICE_DEPLOYMENT_IN_PROGRESS`` is sent for a rollback too, where only ``reason`` differs;
    ``SERVICE_DEPLOYMENT_FAILED`` only with the circuit breaker or deployment alarms on. The event has no
    version: order it by asking ECS again.
    """

    SOURCE: ClassVar[str] = "aws.ecs"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("ECS Deployment State Change",)

    deployment_id: str | None

    @classmethod
    def _more(cls, envelope: Envelope) -> dict[str, Any]:
        return {"deployment_id": fields.text(envelope.detail, "deploymentId")}
