"""How a card gets into the chat once, pure: what is to be done next, by what is known about its message.

A message is SENDING from right before the call until its answer is in the ledger. Whoever finds it SENDING
does not know what became of the call, so the channel is searched before anything is sent again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from dockwarden.ledger.messages import Message, MessageState
from dockwarden.notify.cards import Card
from dockwarden.notify.chat import Posted

SETTLE = timedelta(seconds=30)
"""How long an unanswered call may still arrive in the chat; before that, a search could miss it."""

SKEW = timedelta(minutes=5)
"""How far the chat's clock may differ from ours."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The chat shows this card or a newer one already."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It is too early to search for a message of unknown outcome."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Search:
    """Search the channel for a message that may have been posted since a moment."""

    known: Message
    since: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the message that the chat shows."""

    known: Message
    posted: Posted


@dataclass(frozen=True, slots=True)
class Post:
    """Write `sending` in the place of `known`, then post."""

    known: Message | None
    sending: Message


Step: TypeAlias = Skip | Wait | Search | Edit | Post


def next_step(card: Card, channel: str, known: Message | None, now: datetime, *, editable: bool) -> Step:
    """What is to be done about a card, by what is known about its message."""
    if known is None:
        return post(card, channel, None, now)
    if known.state is MessageState.SENT:
        return _after_sent(card, known, now, editable=editable)
    if not editable:
        # Such a chat cannot be searched: rather twice than never.
        return post(card, channel, known, now)
    settled = known.tried_at + SETTLE
    if now < settled:
        return Wait(max(1, round((settled - now).total_seconds())))
    return Search(known, known.attempted_at - SKEW)


def _after_sent(card: Card, known: Message, now: datetime, *, editable: bool) -> Step:
    if card.made_at <= known.made_at:
        return Skip()
    if editable and known.place and known.ts:
        return Edit(known, Posted(known.place, known.ts))
    return post(card, known.channel, known, now)


def post(card: Card, channel: str, known: Message | None, now: datetime) -> Post:
    """The step that posts a card anew; an earlier attempt of unknown outcome keeps its time."""
    open_since = known.attempted_at if known and known.state is MessageState.SENDING else now
    sending = Message(card.id, channel, MessageState.SENDING, card.made_at, open_since, now)
    return Post(known, sending)


def sent(message: Message, posted: Posted) -> Message:
    """The message after it was posted or found."""
    return replace(message, state=MessageState.SENT, place=posted.place, ts=posted.ts)


def edited(message: Message, card: Card) -> Message:
    """The message after it was replaced in place."""
    return replace(message, made_at=card.made_at)
