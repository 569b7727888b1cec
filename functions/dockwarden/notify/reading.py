"""Reads what the outbox hands over, so far checked that nothing of it can stop the notifier."""

import re

from dockwarden.notify.cards import Card, UnreadableCardError, from_json

_MOST_NAME = 300  # a key of the ledger has to hold it
_CHANNEL = re.compile(r"#?[\w.-]{1,80}")


def read_card(body: str) -> tuple[Card, str]:
    """The card of an outbox message and its channel. Raises UnreadableCardError."""
    try:
        card, channel = from_json(body)
    except RecursionError as error:
        raise UnreadableCardError("it is nested too deeply") from error
    _check(card, channel)
    return card, channel


def _check(card: Card, channel: str) -> None:
    texts = [card.id, card.subject, card.place, card.headline, card.cause, card.made_at]
    texts += [text for line in card.lines for text in (line.label, line.text)]
    if not all(isinstance(text, str) for text in texts):
        raise UnreadableCardError("a text of it is none")
    if not 0 < len(card.id) <= _MOST_NAME or not card.id.isprintable() or not card.id.isascii():
        raise UnreadableCardError("its id cannot be a key")
    if not _CHANNEL.fullmatch(channel):
        raise UnreadableCardError("it names no channel")
