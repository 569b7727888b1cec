"""EC2 expects to take a Spot Instance back, at no stated time."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events.ec2_instance import instance_id
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class InstanceRebalanceRecommendation:
    """``EC2 Instance Rebalance Recommendation`` of the EC2 User Guide; the EventBridge registry has no schema of it.

    Best effort, and it may arrive together with the interruption warning.
    """

    SOURCE: ClassVar[str] = "aws.ec2"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("EC2 Instance Rebalance Recommendation",)

    envelope: Envelope
    instance_id: str

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no instance."""
        return cls(envelope, instance_id(envelope))
