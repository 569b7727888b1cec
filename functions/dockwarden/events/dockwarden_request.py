"""A person has asked for something by command, which the ledger holds: approve a proposal, or undo an action."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from dockwarden.events import fields
from dockwarden.events.envelope import Envelope

_ID = re.compile(r"[A-Za-z0-9_.:#-]{1,200}")
"""What ids of proposals are made of; the table of the ledger takes no key of more than 1,024 bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line puts on a lane. Who asked for what stands in the ledger; the message only points there."""

    SOURCE: ClassVar[str] = "dockwarden"
    DETAIL_TYPES: ClassVar[tuple[str, ...]] = ("Dockwarden Request",)

    envelope: Envelope
    proposal: str | None

    @classmethod
    def from_envelope(cls, envelope: Envelope) -> Self:
        """The request, whose proposal is None where the message names none, or what can be none's id."""
        named = fields.text(envelope.detail, "proposal")
        return cls(envelope, named if named is not None and _ID.fullmatch(named) else None)
