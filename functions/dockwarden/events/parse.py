"""Typed events from decoded JSON, by a table keyed by source and detail-type."""

from importlib import import_module
from typing import Any, ClassVar, NamedTuple, Protocol, Self, cast

from dockwarden.events.envelope import Envelope, read_envelope


class Event(Protocol):
    """One AWS event that Dockwarden knows, as an immutable value."""

    SOURCE: ClassVar[str]
    DETAIL_TYPES: ClassVar[tuple[str, ...]]

    @property
    def envelope(self) -> Envelope:
        """The EventBridge envelope that the event came in."""
        ...

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when its subject cannot be named."""
        ...


# A tuple, not a dataclass: making the class costs a cold start a third as much.
class UnknownEvent(NamedTuple):
    """An event that no parser knows, which is no error."""

    envelope: Envelope


# Names, not classes: a Spot function's cold start must not pay for every other module.
_TABLE = {
    ("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"): (
        "ec2_instance_terminate_lifecycle_action:TerminateLifecycleAction"
    ),
    ("aws.cloudwatch", "CloudWatch Alarm State Change"): "cloudwatch_alarm_state_change:AlarmStateChange",
    ("aws.ec2", "EC2 Instance Rebalance Recommendation"): (
        "ec2_instance_rebalance_recommendation:InstanceRebalanceRecommendation"
    ),
    ("aws.ec2", "EC2 Instance State-change Notification"): (
        "ec2_instance_state_change_notification:InstanceStateChange"
    ),
    ("aws.ec2", "EC2 Spot Instance Interruption Warning"): (
        "ec2_spot_instance_interruption_warning:SpotInstanceInterruptionWarning"
    ),
    ("aws.ecr", "ECR Image Action"): "ecr_image_action:EcrImageAction",
    ("aws.ecr", "ECR Image Scan"): "ecr_image_scan:EcrImageScan",
    ("aws.ecs", "AWS API Call via CloudTrail"): "ecs_api_call:EcsApiCall",
    ("aws.ecs", "ECS Container Instance State Change"): (
        "ecs_container_instance_state_change:ContainerInstanceStateChange"
    ),
    ("aws.ecs", "ECS Daemon Deployment State Change"): (
        "ecs_daemon_deployment_state_change:DaemonDeploymentStateChange"
    ),
    ("aws.ecs", "ECS Daemon Service Action"): "ecs_daemon_service_action:DaemonServiceAction",
    ("aws.ecs", "ECS Deployment State Change"): "ecs_deployment_state_change:DeploymentStateChange",
    ("aws.ecs", "ECS Hook State Change"): "ecs_hook_state_change:HookStateChange",
    ("aws.ecs", "ECS Service Action"): "ecs_service_action:ServiceAction",
    ("aws.ecs", "ECS Task State Change"): "ecs_task_state_change:TaskStateChange",
    ("aws.guardduty", "GuardDuty Finding"): "guardduty_finding:GuardDutyFinding",
    ("aws.health", "AWS Health Event"): "aws_health_event:HealthEvent",
    ("aws.inspector2", "Inspector2 Finding"): "inspector2_finding:Inspector2Finding",
    ("aws.inspector2", "Inspector2 Scan"): "inspector2_scan:Inspector2Scan",
    ("dockwarden", "Dockwarden Request"): "dockwarden_request:Request",
    ("dockwarden", "Dockwarden Sweep"): "dockwarden_sweep:Sweep",
}


def known() -> list[tuple[str, str]]:
    """Return source and detail-type of every event that has a parser, sorted."""
    return sorted(_TABLE)


def event_class(source: str, detail_type: str) -> type[Event] | None:
    """Return the class of an event, or None when no parser knows it; its module is imported on first use."""
    place = _TABLE.get((source, detail_type))
    if place is None:
        return None
    module, _, name = place.partition(":")
    found: Any = getattr(import_module(f"dockwarden.events.{module}"), name)
    return cast("type[Event]", found)


def parse(raw: object) -> Event | UnknownEvent:
    """Return a decoded JSON document as a typed event.

    Raises MalformedEventError when it is no EventBridge event, or names no task, instance, image, service or
    daemon where its kind is about one. Any other field may be missing or of another type and is then None.
    """
    envelope = read_envelope(raw)
    cls = event_class(envelope.source, envelope.detail_type)
    return UnknownEvent(envelope) if cls is None else cls.from_envelope(envelope)
