"""An EC2 instance starts, runs, stops or is terminated."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.ec2_instance import instance_id
from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class InstanceStateChange:
    """The AWS schema ``aws.ec2@EC2InstanceStateChangeNotification``.

    ``state`` is ``pending``, ``running``, ``stopping``, ``stopped``, ``shutting-down`` or ``terminated``.
    """

    SOURCE: ClassVar[str] = "aws.ec2"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("EC2 Instance State-change Notification",)

    envelope: Envelope
    instance_id: str
    state: str | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """Return the typed event; MalformedEventError when it names no instance."""
        return cls(envelope, instance_id(envelope), fields.text(envelope.detail, "state"))
