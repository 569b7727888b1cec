"""The outbox: a FIFO queue, grouped by channel, that the notifier empties."""

from collections.abc import Callable, Sequence
from typing import Any

from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.errors import TryAgainError
from dockwarden.hashing import short_hash
from dockwarden.notify.cards import Card, to_json

_BATCH = 10  # SendMessageBatch takes no more


class SqsOutbox:
    """An Outbox on SQS."""

    def __init__(self, client: Callable[[], Any], url: str, channel: str) -> None:
        self._client = client
        self._url = url
        self._channel = channel

    def send(self, cards: Sequence[Card]) -> None:
        """Hand over cards, ten a call. Raises TryAgainError where one was not taken."""
        for start in range(0, len(cards), _BATCH):
            self._send([self._entry(n, card) for n, card in enumerate(cards[start : start + _BATCH])])

    def _send(self, entries: list[dict[str, str]]) -> None:
        try:
            answer = self._client().send_message_batch(QueueUrl=self._url, Entries=entries)
        except AWS_ERRORS as error:
            raise TryAgainError(f"handing cards to the outbox: {code(error)}") from error
        if failed := answer.get("Failed"):
            raise TryAgainError(f"handing cards to the outbox: {len(failed)} not taken ({failed[0]['Code']})")

    def _entry(self, number: int, card: Card) -> dict[str, str]:
        return {
            "Id": str(number),
            "MessageBody": to_json(card, self._channel),
            "MessageGroupId": self._channel,
            # The same news about the same thing within five minutes is one message.
            "MessageDeduplicationId": short_hash(card.id, card.tone, card.headline),
        }


class NoOutbox:
    """The outbox of an installation that has no channel: nobody is told, the ledger has it all."""

    def send(self, cards: Sequence[Card]) -> None:
        """Drop the cards."""
