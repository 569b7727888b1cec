"""The outbox: a FIFO queue, grouped by channel, that the notifier empties."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.errors import TryAgainError
from dockwarden.hashing import short_hash
from dockwarden.notify.cards import BUS, Card, event_to_json, to_json

_BATCH = 10  # SendMessageBatch takes no more


class SqsOutbox:
    """An Outbox on SQS. Without a channel nobody is told, and only events go out."""

    def __init__(self, client: Callable[[], Any], url: str, channel: str | None) -> None:
        self._client = client
        self._url = url
        self._channel = channel

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:
        """Hand over cards and events, ten a call. Raises TryAgainError where one was not taken."""
        channel = self._channel
        told = [(card, card.channel or channel) for card in cards]
        entries = [_card(card, where) for card, where in told if where] + list(map(_event, events))
        for start in range(0, len(entries), _BATCH):
            self._send([{"Id": str(n), **entry} for n, entry in enumerate(entries[start : start + _BATCH])])

    def _send(self, entries: list[dict[str, str]]) -> None:
        try:
            answer = self._client().send_message_batch(QueueUrl=self._url, Entries=entries)
        except AWS_ERRORS as error:
            raise TryAgainError(f"handing cards to the outbox: {code(error)}") from error
        if failed := answer.get("Failed"):
            raise TryAgainError(f"handing cards to the outbox: {len(failed)} not taken ({failed[0]['Code']})")


def _card(card: Card, channel: str) -> dict[str, str]:
    return {
        "MessageBody": to_json(card, channel),
        "MessageGroupId": channel,
        # The same news about the same thing within five minutes is one message.
        "MessageDeduplicationId": short_hash(card.id, card.tone, card.headline),
    }


def _event(event: Mapping[str, Any]) -> dict[str, str]:
    """An event for the bus, in a group of its own, so that a chat that is down holds none up."""
    detail = event["detail"]
    state = str(detail.get("state") or detail.get("rule"))
    return {
        "MessageBody": event_to_json(event),
        "MessageGroupId": BUS,
        "MessageDeduplicationId": short_hash(event["detail-type"], detail["id"], state),
    }


class NoOutbox:
    """The outbox of a command that only reads: nobody is told."""

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:
        """Drop the cards and the events."""
