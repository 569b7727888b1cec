"""The schedule asks for a look at the world as it is, because events are best effort."""

from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Sweep:
    """The constant message that the schedule's rule puts on a lane; it comes from no AWS service."""

    SOURCE: ClassVar[str] = "dockwarden"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("Dockwarden Sweep",)

    envelope: Envelope

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """The event, which says nothing but that it is time."""
        return cls(envelope)
