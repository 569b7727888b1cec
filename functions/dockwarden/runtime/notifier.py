"""The notifier's handler: cards out of the outbox into Slack, each once and in order, and events onto the bus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from dockwarden.aws.bus import BusRefusedError, EventBus
from dockwarden.aws.clients import Clients
from dockwarden.aws.outbox_queue import OutboxQueue, group_of
from dockwarden.aws.secrets import BotToken, Credential, SlackSecret
from dockwarden.aws.slack_api import BotChat, WebhookChat
from dockwarden.clock import Clock
from dockwarden.errors import DockwardenError
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.messages import MessageLedger
from dockwarden.ledger.store import Store
from dockwarden.notify.cards import Card, UnreadableCardError, event_from_json
from dockwarden.notify.chat import Chat, ChatRefusedError
from dockwarden.notify.reading import read_card
from dockwarden.notify.sender import UNPRESENTABLE, Sender
from dockwarden.notify.text import clean
from dockwarden.runtime import wiring
from dockwarden.runtime.telemetry import logger, metrics
from dockwarden.runtime.waiting import EXPIRED, wait_after


class Notifier:
    """Empties the outbox into a chat."""

    def __init__(  # noqa: PLR0917  all that it works with
        self,
        queue: OutboxQueue,
        secret: SlackSecret,
        store: Store,
        clock: Clock,
        speak: Callable[[Credential], Chat],
        bus: EventBus,
    ) -> None:
        self._queue = queue
        self._secret = secret
        self._messages = MessageLedger(store)
        self._clock = clock
        self._speak = speak
        self._bus = bus

    def handle(self, event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
        """Answer a batch with the messages that must come back (ReportBatchItemFailures).

        After a message that has to wait, the others of its group wait as long, or they would overtake it.
        """
        waiting: dict[str, int] = {}
        failed: list[str] = []
        for record in event.get("Records", []):
            group = group_of(record)
            seconds = waiting[group] if group in waiting else self._take(record)
            if seconds is not None:
                waiting[group] = seconds
                failed.append(record["messageId"])
                self._postpone(record, seconds)
        return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}

    def _take(self, record: Mapping[str, Any]) -> int | None:
        """Tell one message's card or bury it; the seconds it has to wait, None where it is done with."""
        try:
            try:
                self._tell(record)
            except (UnreadableCardError, BusRefusedError) as error:
                self._bury(record, str(error))
            except ChatRefusedError as error:
                if error.code not in UNPRESENTABLE:
                    raise
                self._bury(record, str(error))
        except DockwardenError as error:
            tried = _times_received(record)
            seconds = wait_after(error, tried)
            why = {
                "message_id": record["messageId"],
                "seconds": seconds,
                "received": tried,
                "why": str(error),
            }
            logger.warning("card waits", extra=why)
            metrics.add_metric("CardsWaiting", MetricUnit.Count, 1)
            return seconds
        return None

    def _tell(self, record: Mapping[str, Any]) -> None:
        event = event_from_json(record["body"])
        if event is not None:
            self._bus.put(event)
            logger.info("event", extra={"detail_type": event.get("detail-type")})
            return
        card, channel = read_card(record["body"])
        try:
            told = self._sender().tell(card, channel)
        except ChatRefusedError as error:
            if error.code not in EXPIRED or not self._renewed():
                raise
            told = self._sender().tell(card, channel)
        logger.info("card", extra={**_named(card), "channel": channel, "told": told})
        metrics.add_metric("CardsTold", MetricUnit.Count, 1)

    def _sender(self) -> Sender:
        return Sender(self._speak(self._secret.read()), self._messages, self._clock)

    def _renewed(self) -> bool:
        """Whether the secret holds another credential than the one that Slack refused."""
        refused = self._secret.read()
        self._secret.forget()
        return self._secret.read() != refused

    def _bury(self, record: Mapping[str, Any], why: str) -> None:
        self._queue.bury(record, why)
        logger.error("card buried", extra={"message_id": record["messageId"], "why": why})
        metrics.add_metric("CardsBuried", MetricUnit.Count, 1)

    def _postpone(self, record: Mapping[str, Any], seconds: int) -> None:
        error = self._queue.postpone(record, seconds)
        if error is not None:
            logger.warning("card not postponed", extra={"message_id": record["messageId"], "why": error})


def _times_received(record: Mapping[str, Any]) -> int:
    count = str(record.get("attributes", {}).get("ApproximateReceiveCount", ""))
    return int(count) if count.isascii() and count.isdigit() else 1


def _named(card: Card) -> dict[str, str]:
    """What a log may say of a card: never its texts."""
    return {"card": clean(card.id, 200), "tone": card.tone}


@dataclass(frozen=True, slots=True)
class NotifierSettings:
    """What the deploy says in the notifier's environment."""

    outbox_url: str
    dlq_url: str
    table: str
    secret_id: str


def build(
    clients: Clients, clock: Clock, settings: NotifierSettings, slack_base_url: str | None = None
) -> Notifier:
    """A notifier on AWS; `slack_base_url` is for the lab's Slack only."""

    def speak(credential: Credential) -> Chat:
        if isinstance(credential, BotToken):
            return BotChat(credential.value, slack_base_url)
        return WebhookChat(credential.url, slack_base_url)

    return Notifier(
        queue=OutboxQueue(lambda: clients.client("sqs"), settings.outbox_url, settings.dlq_url),
        secret=SlackSecret(lambda: clients.client("secretsmanager"), settings.secret_id, clock),
        store=DynamoStore(lambda: clients.client("dynamodb"), settings.table),
        clock=clock,
        speak=speak,
        bus=EventBus(lambda: clients.client("events")),
    )


@cache
def _notifier() -> Notifier:
    names = ("OUTBOX_URL", "OUTBOX_DLQ_URL", "LEDGER_TABLE", "SLACK_SECRET")
    settings = NotifierSettings(*map(wiring.setting, names))
    return build(wiring.clients(), wiring.clock(), settings, wiring.overrides().slack_base_url)


@metrics.log_metrics
def handle(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """The Lambda handler of the notifier."""
    return _notifier().handle(event)
