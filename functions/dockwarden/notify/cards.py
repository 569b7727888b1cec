"""A card: what people are told about one target, as plain values that any chat can show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from dockwarden.errors import DockwardenError

SCHEMA = 1
"""What this version writes into the outbox. It reads its own and the one before."""


class UnreadableCardError(DockwardenError):
    """A message of the outbox holds no card that this version can read."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__(f"reading a card from the outbox: {fault}")


class Tone(StrEnum):
    """How urgent a card is; its colour and sign, while the wording stays calm."""

    DONE = "done"
    OBSERVED = "observed"
    HELD = "held"
    TOLD = "told"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled sentence of a card."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is at stake, why, what was done and what comes next, in this order; every text is plain.

    Cards with one `id` are one message, which the latest `made_at` (a UTC stamp) rewrites in place. Those with one
    `group` may become one card while they are sent together; it stays out of the outbox. `channel` is where it goes,
    None for the channel of the installation.
    """

    id: str
    tone: Tone
    subject: str
    place: str
    headline: str
    cause: str
    lines: tuple[Line, ...]
    made_at: str
    group: str | None = None
    channel: str | None = None


_OF_THE_WAY = frozenset({"group", "channel"})
"""What of a card is about its way, and no part of what it says."""


def to_json(card: Card, channel: str) -> str:
    """The outbox message of a card for a channel."""
    shown = {name: value for name, value in asdict(card).items() if name not in _OF_THE_WAY}
    return json.dumps({"v": SCHEMA, "channel": channel, "card": shown}, separators=(",", ":"))


BUS = "bus"
"""The message group of events for the bus."""


def event_to_json(event: Mapping[str, Any]) -> str:
    """The outbox message of an event for the bus."""
    return json.dumps({"v": SCHEMA, "event": event}, separators=(",", ":"))


def event_from_json(text: str) -> Mapping[str, Any] | None:
    """The event of an outbox message, None where it holds a card or nothing that can be read."""
    try:
        event = json.loads(text).get("event")
    except (ValueError, AttributeError):
        return None
    return event if isinstance(event, dict) else None


def from_json(text: str) -> tuple[Card, str]:
    """Card and channel of an outbox message. Raises UnreadableCardError."""
    try:
        message = json.loads(text)
        if message["v"] not in (SCHEMA - 1, SCHEMA):
            raise UnreadableCardError(f"it has schema version {message['v']!r}, not {SCHEMA}")
        card = message["card"]
        lines = tuple(Line(**line) for line in card["lines"])
        return Card(**{**card, "tone": Tone(card["tone"]), "lines": lines}), str(message["channel"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableCardError(f"it is damaged ({type(error).__name__})") from error


class Outbox(Protocol):
    """Where cards wait for the notifier; sending the same card twice within five minutes is one message."""

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:
        """Hand over cards, and events for the bus. Raises TryAgainError where the outbox does not take them."""
