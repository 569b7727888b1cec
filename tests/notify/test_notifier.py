"""The whole handler on the local Slack, with a queue whose clock a test moves."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dockwarden.aws import slack_api
from dockwarden.aws.clients import Clients
from dockwarden.aws.outbox_queue import OutboxQueue
from dockwarden.aws.secrets import BotToken, Credential, NoCredentialError, SlackSecret
from dockwarden.aws.slack_api import BotChat, WebhookChat
from dockwarden.clock import FixedClock
from dockwarden.errors import DockwardenError, LedgerUnavailableError, TryAgainError
from dockwarden.ledger.memory import MemoryStore
from dockwarden.notify.cards import BUS, Card, Line, event_to_json
from dockwarden.notify.chat import Chat, ChatBusyError, ChatRefusedError, ChatUnsureError
from dockwarden.notify.sender import TooEarlyError
from dockwarden.runtime import notifier as handler
from dockwarden.runtime import telemetry, wiring
from dockwarden.runtime.notifier import Notifier
from dockwarden.runtime.waiting import wait_after
from lab.slack.server import TOKEN, LocalSlack
from lab.slack.webapi import METHODS
from tests.notify.cards import CHANNEL, DRAINED, NOON, card
from tests.notify.fakes import FakeBus, FakeQueue, FakeSecrets, Tripwire, Wired


class World:
    """A notifier with everything around it."""

    def __init__(self, slack: LocalSlack, clock: FixedClock, wire: Tripwire | None = None) -> None:
        self.slack, self.clock, self.wire = slack, clock, wire or Tripwire()
        self.secrets = FakeSecrets(TOKEN)
        self.queue = FakeQueue(clock)
        self.store = MemoryStore()
        self.start()

    def start(self) -> None:
        """A new function, cold."""
        sqs = Wired(self.queue, self.wire, "change_message_visibility", "send_message")
        secrets = Wired(self.secrets, self.wire, "get_secret_value")
        store: Any = Wired(self.store, self.wire, "get", "write")
        queue = OutboxQueue(lambda: sqs, "outbox.fifo", "outbox-dlq.fifo")
        secret = SlackSecret(lambda: secrets, "dockwarden/slack", self.clock)
        self.bus = FakeBus()
        bus: Any = self.bus
        self.notifier = Notifier(queue, secret, store, self.clock, self._speak, bus)

    def _speak(self, credential: Credential) -> Chat:
        if isinstance(credential, BotToken):
            chat: Any = BotChat(credential.value, self.slack.url)
        else:
            chat = WebhookChat(credential.url, self.slack.url)
        wired: Any = Wired(chat, self.wire, "post", "edit", "find")
        return wired  # type: ignore[no-any-return]

    def run(self, batch: int = 1, times: int = 40) -> None:
        self.queue.run(self.notifier.handle, times, batch)

    @property
    def texts(self) -> list[str]:
        """What the channel shows, oldest first."""
        return [str(message.body["text"]) for message in self.slack.store.in_channel(CHANNEL)]

    @property
    def waited(self) -> float:
        """Seconds since the start, on the clock that only waiting moves."""
        return (self.clock.now() - NOON).total_seconds()


@pytest.fixture
def world(slack: LocalSlack, clock: FixedClock) -> World:
    return World(slack, clock)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Counts go nowhere, where not the whole handler is called that writes them out."""
    monkeypatch.setattr(telemetry.metrics.provider, "namespace", "Dockwarden")
    yield
    telemetry.metrics.clear_metrics()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_api, "TIMEOUT", 0.1)


def test_cards_of_a_channel_arrive_in_their_order(world: World) -> None:
    for number in range(5):
        world.queue.put(card(f"card-{number}", headline=f"number {number}"))
    world.run()
    assert [f"number {n}" in text for n, text in enumerate(world.texts)] == [True] * 5
    assert world.waited == 0


FAULTS: dict[str, list[dict[str, Any]]] = {
    "429": [{"kind": "status", "status": 429, "retry_after": 7, "times": 3}],
    "500": [{"kind": "status", "status": 500, "times": 3}],
    "nothing at all": [{"kind": "hang", "seconds": 0.3, "times": 3}],
    "nothing at all, but it took the message": [{"kind": "hang_after", "seconds": 0.3}],
    "gone before the message": [{"kind": "drop_before", "times": 2}],
    "gone after the message": [{"kind": "drop_after"}],
    "all of them": [
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "drop_after", "method": "chat.postMessage"},
        {"kind": "status", "status": 503, "method": "conversations.history"},
        {"kind": "drop_before", "method": "conversations.history"},
    ],
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.usefixtures("impatient")
def test_invariant_58_whatever_slack_does_each_message_arrives_once(world: World, fault: str) -> None:
    """And in order, since what waits holds up its channel and nothing else."""
    world.slack.faults.add(FAULTS[fault])
    world.queue.put(card("card-1", headline="first"))
    world.queue.put(card("card-2", headline="second"))
    world.run()
    assert [word in text for word, text in zip(("first", "second"), world.texts, strict=True)] == [True, True]
    assert (world.queue.messages, world.queue.buried) == ([], [])
    assert world.waited > 0


def test_invariant_58_a_channel_that_waits_does_not_hold_up_another(world: World) -> None:
    world.slack.faults.add({"kind": "status", "status": 429, "retry_after": 60})
    world.queue.put(card("card-1"))
    world.queue.put(card("card-2"), "C0PAYMENTS")
    world.queue.deliver(world.notifier.handle)
    assert [message.channel for message in world.slack.store.messages] == ["C0PAYMENTS"]
    world.run()
    assert world.waited == 60
    assert len(world.texts) == 1


@pytest.mark.parametrize("value", [None, "", "{}", '{"bot_token": ""}', "http://elsewhere.example/hook"])
def test_without_a_token_messages_wait_and_then_arrive(world: World, value: str | None) -> None:
    """The first deploy has none: nothing is lost, and nothing is sent elsewhere."""
    world.secrets.value = value
    world.queue.put(card("card-1", headline="first"))
    world.queue.put(card("card-2", headline="second"))
    world.run(times=10)
    assert (len(world.queue.messages), world.slack.calls, world.queue.buried) == (2, [], [])
    assert world.waited == 9 * 900
    world.secrets.value = TOKEN
    world.run()
    assert len(world.texts) == 2


def test_a_rotated_token_is_used_at_once(world: World) -> None:
    """Slack refuses the one that the function kept, so the secret is read again and the card told in the same run."""
    world.queue.put(card("card-1"))
    world.run()
    world.slack.api.token = world.secrets.value = "xoxb-new"
    world.queue.put(card("card-2"))
    world.run()
    assert (len(world.texts), world.waited) == (2, 0)
    assert [call["method"] for call in world.slack.calls] == ["chat.postMessage"] * 3


def test_a_token_that_slack_refuses_waits_for_another_one(world: World) -> None:
    world.slack.api.token = "xoxb-new"
    world.queue.put(card("card-1"))
    world.run(times=3)
    assert (world.texts, world.waited) == ([], 1800)
    world.secrets.value = "xoxb-new"
    world.run()
    assert len(world.texts) == 1


@pytest.mark.parametrize("channel", ["C0NOWHERE", "#no-such"])
def test_what_a_person_can_mend_waits_like_a_missing_token(world: World, channel: str) -> None:
    world.queue.put(card("card-1"), channel)
    world.run(times=5)
    assert world.waited == 4 * 900
    assert world.queue.buried == []


def test_what_cannot_be_read_goes_to_the_dead_letters_and_holds_up_nobody(world: World) -> None:
    world.queue.put_body("no card")
    world.queue.put(card("card-1"))
    world.run()
    assert [letter["MessageBody"] for letter in world.queue.buried] == ["no card"]
    assert world.queue.buried[0]["MessageGroupId"] == CHANNEL
    assert (len(world.texts), world.waited) == (1, 0)


def refusing(world: World, codes: dict[bool, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Slack refuse messages with blocks, without, or both, by its own words."""
    post = world.slack.api.post_message

    def refuse(arguments: dict[str, Any]) -> dict[str, Any]:
        code = codes.get(bool(arguments.get("blocks")))
        if code:
            return {"ok": False, "error": code}
        return post(arguments)

    monkeypatch.setitem(METHODS, "chat.postMessage", lambda _api, arguments: refuse(arguments))


def test_blocks_that_slack_refuses_become_text(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(world, {True: "invalid_blocks"}, monkeypatch)
    world.queue.put(card("card-1"))
    world.run()
    assert ["Receipt" in text for text in world.texts] == [True]


def test_what_slack_never_takes_goes_to_the_dead_letters(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried as blocks and as text, then out of the way."""
    refusing(world, {True: "invalid_blocks", False: "msg_too_long"}, monkeypatch)
    world.queue.put(card("card-1"))
    world.queue.put(card("card-2"))
    world.run()
    assert len(world.queue.buried) == 2
    assert (len(world.slack.calls), world.waited) == (4, 0)
    assert world.store.items == {}


def test_after_a_failure_the_rest_of_its_group_comes_back_in_order(world: World) -> None:
    """In a larger batch too nothing overtakes what waits."""
    world.slack.faults.add({"kind": "status", "status": 429, "retry_after": 30})
    for number in range(3):
        world.queue.put(card(f"card-{number}", headline=f"number {number}"))
    world.queue.deliver(world.notifier.handle, batch=3)
    assert len(world.slack.calls) == 1
    assert len({message.visible_at for message in world.queue.messages}) == 1
    world.run(batch=3)
    assert [f"number {n}" in text for n, text in enumerate(world.texts)] == [True] * 3


def test_a_webhook_is_at_least_once(world: World, hook_url: str) -> None:
    """What was sent and not answered is sent again, because nobody can look."""
    world.secrets.value = json.dumps({"webhook_url": hook_url})
    world.slack.faults.add({"kind": "drop_after"})
    world.queue.put(card("card-1"))
    world.queue.put(card("card-1"))
    world.run()
    assert [message.via for message in world.slack.store.messages] == ["webhook"] * 2


def test_invariant_59_news_of_one_card_are_one_message(world: World) -> None:
    """A hundred changes edit one message instead of flooding the channel."""
    for number in range(100):
        world.queue.put(card("card-1", headline=f"{number} of 100 moved", made=number))
    world.run(times=200)
    assert ["99 of 100 moved" in text for text in world.texts] == [True]


KILL_FAULTS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "429": [{"kind": "status", "status": 429, "retry_after": 5}],
    "lost after it arrived": [{"kind": "drop_after", "method": "chat.postMessage"}],
}


def killed_at(number: int | None, faults: list[dict[str, Any]], *, after: bool) -> World:
    clock = FixedClock(NOON)
    with LocalSlack.start(0) as slack:
        slack.store.clock = lambda: clock.now().timestamp()
        slack.faults.add(faults)
        world = World(slack, clock, Tripwire(number, after))
        news = [card("card-1", "first"), card("card-1", "first, changed", made=5), card("card-2", "second")]
        world.queue.put_body("no card")
        for one in news:
            world.queue.put(one)
        world.run()
    return world


@pytest.mark.parametrize("fault", KILL_FAULTS)
@pytest.mark.parametrize("after", [False, True])
def test_invariant_5_killed_at_any_call_every_message_arrives_once(fault: str, *, after: bool) -> None:
    """Before and after each call to Secrets Manager, the ledger, Slack and SQS."""
    calls = killed_at(None, KILL_FAULTS[fault], after=False).wire.calls
    assert {"get_secret_value", "get", "write", "post", "edit", "send_message"} <= set(calls)
    for number, name in enumerate(calls, 1):
        world = killed_at(number, KILL_FAULTS[fault], after=after)
        shown = [text.partition("): ")[2].partition(".")[0] for text in world.texts]
        assert shown == ["first, changed", "second"], (number, name)
        assert [letter["MessageBody"] for letter in world.queue.buried] == ["no card"], (number, name)
        assert world.queue.messages == [], (number, name)


@pytest.mark.parametrize(
    ("error", "received", "seconds"),
    [
        (NoCredentialError("it is empty"), 1, 900),
        (ChatRefusedError("invalid_auth"), 1, 900),
        (ChatRefusedError("missing_scope"), 9, 900),
        (ChatRefusedError("some_new_word"), 1, 5),
        (ChatBusyError("rate limited", 7), 50, 7),
        (ChatBusyError("rate limited", 0), 1, 1),
        (ChatBusyError("rate limited", -5), 1, 1),
        (ChatBusyError("rate limited", 86_400), 1, 900),
        (ChatBusyError("rate limited", None), 3, 20),
        (ChatUnsureError("hung"), 1, 30),
        (ChatUnsureError("hung"), 5, 80),
        (TooEarlyError(12), 9, 12),
        (TryAgainError("x"), 0, 5),
        (LedgerUnavailableError("x", "y"), 4, 40),
        (LedgerUnavailableError("x", "y"), 100_000, 900),
    ],
)
def test_a_wait_grows_with_each_try_unless_slack_says_how_long(
    error: DockwardenError, received: int, seconds: int
) -> None:
    """And never beyond a quarter of an hour."""
    assert wait_after(error, received) == seconds


def test_invariant_71_no_secret_and_no_text_of_a_card_gets_into_logs_ledger_or_dead_letters(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Canaries in the secret and in every text of a card; Slack alone shows the card's."""
    world.slack.api.token = "xoxb-CANARY"
    world.secrets.value = "xoxb-CANARY"
    told = Card(
        "card-1", DRAINED.tone, "CANARY", "CANARY", "CANARY", "CANARY", (Line("CANARY", "CANARY"),), "x"
    )
    with caplog.at_level(logging.NOTSET):
        world.slack.faults.add([{"kind": "drop_before"}, {"kind": "status", "status": 500}])
        world.queue.put(told)
        world.run()
        world.secrets.value = '{"webhook_url": "https://hooks.slack.com/services/CANARY"}'
        world.start()
        world.queue.put(replace(told, id="card-2"))
        world.run(times=2)
        world.secrets.value = "xoxb-CANARY"
        refusing(world, {True: "invalid_blocks", False: "no_text"}, monkeypatch)
        world.queue.put(replace(told, id="card-3"))
        world.run()
    printed = capsys.readouterr()
    sinks = [printed.out, printed.err, caplog.text, *(str(vars(record)) for record in caplog.records)]
    sinks += [repr(world.store.items), repr([letter["MessageAttributes"] for letter in world.queue.buried])]
    assert "card-1" in "".join(sinks)
    assert [sink for sink in sinks if "CANARY" in sink] == []
    assert len(world.queue.buried) == 2
    assert "CANARY" in world.texts[0]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, slack: LocalSlack) -> Iterator[Any]:
    """The queues, the table and the secret of an installation, by moto, and the function's environment."""
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-central-1")
        fifo: Any = {"FifoQueue": "true", "VisibilityTimeout": "0"}
        urls = {
            name: sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"]
            for name in ("o", "d")
        }
        boto3.client("dynamodb", region_name="eu-central-1").create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        environment = {
            "AWS_REGION": "eu-central-1",
            "OUTBOX_URL": urls["o"],
            "OUTBOX_DLQ_URL": urls["d"],
            "LEDGER_TABLE": "ledger",
            "SLACK_SECRET": "dockwarden/slack",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        handler._notifier.cache_clear()
        monkeypatch.setattr(wiring, "clients", lambda: Clients("eu-central-1"))
        monkeypatch.setattr(wiring, "_installed", wiring.Overrides(slack_base_url=slack.base_url))
        slack.store.clock = lambda: wiring.clock().now().timestamp()
        yield sqs
        handler._notifier.cache_clear()


def test_the_deployed_handler_works_on_its_environment_alone(account: Any, slack: LocalSlack) -> None:
    """Real clients, the real table and queue calls: without a token it waits, with one it tells, once."""
    queue = FakeQueue(FixedClock(NOON))
    queue.put(card("card-1"))
    waiting = queue.record(queue.messages[0])
    assert handler.handle({"Records": [waiting]}, None) == {
        "batchItemFailures": [{"itemIdentifier": waiting["messageId"]}]
    }
    secrets = boto3.client("secretsmanager", region_name="eu-central-1")
    secrets.create_secret(Name="dockwarden/slack", SecretString=json.dumps({"bot_token": TOKEN}))
    for _ in range(2):
        assert handler.handle({"Records": [waiting]}, None) == {"batchItemFailures": []}
    assert len(slack.store.messages) == 1
    unreadable = {**waiting, "body": "no card"}
    assert handler.handle({"Records": [unreadable]}, None) == {"batchItemFailures": []}
    letters = account.receive_message(QueueUrl=wiring.setting("OUTBOX_DLQ_URL"))["Messages"]
    assert [letter["Body"] for letter in letters] == ["no card"]


OUTCOME = {
    "source": "dockwarden",
    "detail-type": "Dockwarden Action Outcome",
    "detail": {"version": 1, "id": "spot_drain-1", "state": "done"},
}


def test_an_event_goes_onto_the_bus_and_not_into_the_channel(world: World) -> None:
    world.queue.put_body(event_to_json(OUTCOME), BUS)
    world.run()
    assert world.bus.events == [OUTCOME]
    assert world.texts == []


def test_an_event_waits_for_a_bus_that_is_away_and_holds_no_card_up(world: World) -> None:
    """They are groups of their own: neither a chat nor a bus that is down holds the other up."""
    world.bus.away = 2
    world.queue.put_body(event_to_json(OUTCOME), BUS)
    world.queue.put(card("card-1"))
    world.run()
    assert world.bus.events == [OUTCOME]
    assert len(world.texts) == 1


def test_an_event_that_the_bus_refuses_for_good_is_buried_and_holds_no_other_up(world: World) -> None:
    bad = {**OUTCOME, "detail": {**OUTCOME["detail"], "id": "bad"}}  # type: ignore[dict-item]
    world.bus.refuses = "bad"
    for event in (bad, OUTCOME):
        world.queue.put_body(event_to_json(event), BUS)
    world.run()
    assert world.bus.events == [OUTCOME]
    [letter] = world.queue.buried
    assert json.loads(letter["MessageBody"])["event"] == bad
