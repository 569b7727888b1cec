"""What the sending of cards needs of a chat, and the ways in which a chat says no."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dockwarden.errors import DockwardenError
from dockwarden.notify.slack import Content


class ChatError(DockwardenError):
    """The chat did not take a message."""


class ChatBusyError(ChatError):
    """The chat certainly took nothing and may be tried again, `after` seconds if it said how many."""

    def __init__(self, why: str, after: int | None = None) -> None:
        self.after = after
        super().__init__(f"telling the chat: not taken ({why})")


class ChatUnsureError(ChatError):
    """Nobody knows whether the chat took a message: it was sent and not answered, or answered by a fault."""

    def __init__(self, why: str) -> None:
        super().__init__(f"telling the chat: outcome unknown ({why})")


class ChatRefusedError(ChatError):
    """The chat refused, for a reason that trying again does not change; `code` is its own word."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"telling the chat: refused ({code})")


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands: the chat's id of the channel and of the message, None where it told none."""

    place: str | None
    ts: str | None


class Chat(Protocol):
    """A chat. Every method raises ChatError.

    One that is not `editable` tells no ids: messages are neither edited nor found again.
    """

    @property
    def editable(self) -> bool:
        """Whether messages can be edited and found again."""

    def post(self, channel: str, content: Content) -> Posted:
        """Post a message."""

    def edit(self, posted: Posted, content: Content) -> None:
        """Replace a message in place."""

    def find(self, channel: str, key: str, since: datetime) -> Posted | None:
        """The message with this key that was posted since a moment."""
