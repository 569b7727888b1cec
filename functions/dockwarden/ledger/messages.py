"""The messages that were sent, each under its card and channel, so that a card arrives once and is then edited."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Absent, Condition, Delete, Equals, Item, Key, Put, Store

_KEPT = timedelta(days=60)
"""A card that changes later than this after its last change is posted anew."""


class MessageState(StrEnum):
    """Whether the outcome of the last attempt is known."""

    SENDING = "SENDING"
    SENT = "SENT"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as far as it is known.

    `made_at` is the stamp of the card that was sent last or is being sent, `attempted_at` the first attempt
    whose outcome is open, `tried_at` the last one; `turn` grows with each write, so that of two writers one
    is refused. `place` and `ts` are the chat's ids, None while or where there are none.
    """

    card: str
    channel: str
    state: MessageState
    made_at: str
    attempted_at: datetime
    tried_at: datetime
    turn: int = 1
    place: str | None = None
    ts: str | None = None


class MessageLedger:
    """Sent messages on a Store. Every method raises LedgerUnavailableError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, card: str, channel: str) -> Message | None:
        """The message of a card in a channel."""
        item = self._store.get(_key(card, channel))
        return _message(item) if item is not None else None

    def write(self, message: Message, before: Message | None, now: datetime) -> Message | None:
        """Replace what was read before; None where somebody else has written in between."""
        written = replace(message, turn=before.turn + 1 if before else 1)
        return written if self._store.write([Put(_item(written, now), _unchanged(before))]) else None

    def forget(self, message: Message) -> bool:
        """Remove a message that was certainly not sent; False where somebody else has written in between."""
        return self._store.write([Delete(_key(message.card, message.channel), _unchanged(message))])


def _unchanged(before: Message | None) -> Condition:
    return Equals("turn", before.turn) if before else Absent()


def _key(card: str, channel: str) -> Key:
    return f"MESSAGE#{card}", f"CHANNEL#{channel}"


def _item(message: Message, now: datetime) -> Item:
    pk, sk = _key(message.card, message.channel)
    return {
        "pk": pk,
        "sk": sk,
        "v": SCHEMA,
        "ttl": int((now + _KEPT).timestamp()),
        "card": message.card,
        "channel": message.channel,
        "state": message.state,
        "made_at": message.made_at,
        "attempted_at": stamp(message.attempted_at),
        "tried_at": stamp(message.tried_at),
        "turn": message.turn,
        "place": message.place,
        "ts": message.ts,
    }


def _message(item: Item) -> Message:
    readable(item)
    try:
        return Message(
            card=str(item["card"]),
            channel=str(item["channel"]),
            state=MessageState(str(item["state"])),
            made_at=str(item["made_at"]),
            attempted_at=unstamp(item["attempted_at"]),
            tried_at=unstamp(item["tried_at"]),
            turn=int(item["turn"] or 0),
            place=_text(item.get("place")),
            ts=_text(item.get("ts")),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableRecordError(str(item.get("pk")), f"it is damaged ({type(error).__name__})") from error


def _text(value: object) -> str | None:
    return None if value is None else str(value)
