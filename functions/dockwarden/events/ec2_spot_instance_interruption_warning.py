"""EC2 takes a Spot Instance back in two minutes."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ec2_instance import instance_id
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class SpotInstanceInterruptionWarning:
    """The AWS schema ``aws.ec2@EC2SpotInstanceInterruptionWarning``, sent on a best effort basis.

    ``instance_action`` is ``terminate``, ``stop`` or ``hibernate``; hibernation starts at once, without lead time.
    """

    SOURCE: ClassVar[str] = "aws.ec2"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("EC2 Spot Instance Interruption Warning",)

    envelope: Envelope
    instance_id: str
    instance_action: str | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no instance."""
        return cls(envelope, instance_id(envelope), fields.text(envelope.detail, "instance-action"))
