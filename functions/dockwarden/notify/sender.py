"""Brings a card into a chat, step by step, each one in the ledger before the next."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from dockwarden.clock import Clock
from dockwarden.errors import DockwardenError, TryAgainError
from dockwarden.ledger.messages import Message, MessageLedger, MessageState
from dockwarden.notify import delivery
from dockwarden.notify.cards import Card
from dockwarden.notify.chat import Chat, ChatBusyError, ChatRefusedError
from dockwarden.notify.slack import Content, key_of, render, render_plain

UNPRESENTABLE = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "invalid_arguments",
        "invalid_attachments",
        "invalid_attachments_format",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_payload",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""Refusals of what a message looks like: it is shown as text alone, or never."""

_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Refusals of an edit after which the card is posted anew."""

_MOST_STEPS = 6

_T = TypeVar("_T")


class Told(StrEnum):
    """What became of a card."""

    POSTED = "posted"
    EDITED = "edited"
    KNOWN = "known already"


class TooEarlyError(DockwardenError):
    """A message of unknown outcome cannot be searched for yet."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"waiting {seconds} s for a message of unknown outcome")


class Sender:
    """Sends cards to one chat."""

    def __init__(self, chat: Chat, messages: MessageLedger, clock: Clock) -> None:
        self._chat = chat
        self._messages = messages
        self._clock = clock

    def tell(self, card: Card, channel: str) -> Told:
        """Bring a card into a channel, or find it there.

        Raises ChatError, TooEarlyError, TryAgainError and LedgerUnavailableError; whatever it raises and
        wherever it is killed, telling the card again makes it one message.
        """
        for _ in range(_MOST_STEPS):
            told = self._step(card, channel)
            if told is not None:
                return told
        raise TryAgainError(f"telling card {card.id}: its message keeps changing")

    def _step(self, card: Card, channel: str) -> Told | None:
        known = self._messages.read(card.id, channel)
        now = self._clock.now()
        match delivery.next_step(card, channel, known, now, editable=self._chat.editable):
            case delivery.Skip():
                return Told.KNOWN
            case delivery.Wait(seconds):
                raise TooEarlyError(seconds)
            case delivery.Search() as step:
                return self._search(card, step)
            case delivery.Edit() as step:
                return self._edit(card, step)
            case step:
                return self._post(card, step)

    def _search(self, card: Card, step: delivery.Search) -> Told | None:
        found = self._chat.find(step.known.channel, key_of(card.id), step.since)
        if found is not None:
            self._messages.write(delivery.sent(step.known, found), step.known, self._clock.now())
            return None  # what is next depends on which version of the card it shows
        return self._post(card, delivery.post(card, step.known.channel, step.known, self._clock.now()))

    def _edit(self, card: Card, step: delivery.Edit) -> Told:
        try:
            _presented(card, lambda content: self._chat.edit(step.posted, content))
        except ChatRefusedError as error:
            if error.code not in _GONE:
                raise
            anew = delivery.post(card, step.known.channel, step.known, self._clock.now())
            return self._post(card, anew)
        # An edit that the ledger does not get to know is made again, to the same effect.
        self._messages.write(delivery.edited(step.known, card), step.known, self._clock.now())
        return Told.EDITED

    def _post(self, card: Card, step: delivery.Post) -> Told:
        sending = self._messages.write(step.sending, step.known, self._clock.now())
        if sending is None:
            raise TryAgainError(f"telling card {card.id}: somebody else tells it now")
        try:
            posted = _presented(card, lambda content: self._chat.post(sending.channel, content))
        except (ChatBusyError, ChatRefusedError):
            self._take_back(sending, step.known)
            raise
        self._messages.write(delivery.sent(sending, posted), sending, self._clock.now())
        return Told.POSTED

    def _take_back(self, sending: Message, known: Message | None) -> None:
        """Undo the note of a message that was certainly not sent, so that nobody has to search for it."""
        if known is not None and known.state is MessageState.SENT:
            self._messages.write(known, sending, self._clock.now())
        else:
            self._messages.forget(sending)


def _presented(card: Card, show: Callable[[Content], _T]) -> _T:
    """Show a card with its blocks or, where those are refused, once more as text alone."""
    try:
        return show(render(card))
    except ChatRefusedError as error:
        if error.code not in UNPRESENTABLE:
            raise
    return show(render_plain(card))
