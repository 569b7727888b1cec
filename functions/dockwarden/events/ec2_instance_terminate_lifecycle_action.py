"""An Auto Scaling group waits at a lifecycle hook before it terminates an instance."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ec2_instance import instance_id
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class TerminateLifecycleAction:
    """The AWS schema ``aws.autoscaling@EC2InstanceTerminateLifecycleAction``.

    ``destination`` is ``EC2``, or ``WarmPool`` when the instance is kept. The hook's free metadata is left
    out of the repr, since anything may stand in it.
    """

    SOURCE: ClassVar[str] = "aws.autoscaling"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("EC2 Instance-terminate Lifecycle Action",)

    envelope: Envelope
    ec2_instance_id: str
    auto_scaling_group_name: str | None
    lifecycle_hook_name: str | None
    lifecycle_action_token: str | None
    lifecycle_transition: str | None
    origin: str | None
    destination: str | None
    notification_metadata: str | None = field(repr=False)

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no instance."""
        detail = envelope.detail
        return cls(
            envelope=envelope,
            ec2_instance_id=instance_id(envelope, "EC2InstanceId"),
            auto_scaling_group_name=fields.text(detail, "AutoScalingGroupName"),
            lifecycle_hook_name=fields.text(detail, "LifecycleHookName"),
            lifecycle_action_token=fields.text(detail, "LifecycleActionToken"),
            lifecycle_transition=fields.text(detail, "LifecycleTransition"),
            origin=fields.text(detail, "Origin"),
            destination=fields.text(detail, "Destination"),
            notification_metadata=fields.text(detail, "NotificationMetadata"),
        )
