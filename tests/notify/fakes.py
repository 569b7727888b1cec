"""A chat and a queue in memory, each with what can go wrong with them."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from dockwarden.aws.bus import BusRefusedError
from dockwarden.clock import FixedClock
from dockwarden.errors import TryAgainError
from dockwarden.notify.cards import Card, to_json
from dockwarden.notify.chat import ChatError, ChatRefusedError, Posted
from dockwarden.notify.slack import Content
from tests.notify.cards import CHANNEL, NOON


class KilledError(BaseException):
    """The function is killed: nothing of ours can catch it."""


@dataclass
class Tripwire:
    """Counts calls that leave the process, and kills at one of them, before it or after it."""

    kill_at: int | None = None
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call with the wire across it."""

        def tripped(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            mine = len(self.calls) == self.kill_at
            if mine and not self.after:
                raise KilledError(name)
            answer = call(*args, **kwargs)
            if mine:
                raise KilledError(name)
            return answer

        return tripped


class Wired:
    """An object whose methods go across a tripwire."""

    def __init__(self, inner: Any, wire: Tripwire, *names: str) -> None:
        self._inner, self._wire, self._names = inner, wire, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._wire.around(name, found) if name in self._names else found


@dataclass
class FakeChat:
    """A channel in memory; `faults` are raised by the next calls, after the work where `done` says so."""

    editable: bool = True
    messages: dict[str, Content] = field(default_factory=dict)
    faults: deque[tuple[ChatError, bool] | None] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    numbers: int = 0

    def fail(self, *errors: ChatError | None, done: bool = False) -> None:
        self.faults.extend(None if error is None else (error, done) for error in errors)

    def post(self, channel: str, content: Content) -> Posted:
        posted: Posted = self._call("post", lambda: self._add(channel, content))
        return posted

    def edit(self, posted: Posted, content: Content) -> None:
        self._call("edit", lambda: self.messages.update({str(posted.ts): content}))

    def find(self, channel: str, key: str, since: datetime) -> Posted | None:
        found: Posted | None = self._call("find", lambda: self._find(channel, key, since))
        return found

    def _add(self, channel: str, content: Content) -> Posted:
        self.numbers += 1
        ts = f"{self.clock.now().timestamp():.0f}.{self.numbers:06d}"
        self.messages[ts] = content
        return Posted(channel, ts) if self.editable else Posted(None, None)

    def _find(self, channel: str, key: str, since: datetime) -> Posted | None:
        found = [ts for ts, content in self.messages.items() if content.key == key]
        late = [ts for ts in found if datetime.fromtimestamp(float(ts), UTC) > since]
        return Posted(channel, late[0]) if late else None

    def _call(self, name: str, work: Callable[[], Any]) -> Any:
        self.calls.append(name)
        if (
            name == "find"
            and self.faults
            and self.faults[0]
            and isinstance(self.faults[0][0], ChatRefusedError)
        ):
            return work()  # what is refused is a message, and a search has none
        fault = self.faults.popleft() if self.faults else None
        if fault is None:
            return work()
        error, done = fault
        if done:
            work()
        raise error


@dataclass
class Waiting:
    """A message of the queue."""

    id: str
    body: str
    group: str
    visible_at: datetime = NOON
    received: int = 0


@dataclass
class FakeQueue:
    """A FIFO queue with its event source mapping, on a clock that a test moves.

    `client` methods are those of boto3's SQS client that the notifier calls.
    """

    clock: FixedClock
    messages: list[Waiting] = field(default_factory=list)
    buried: list[dict[str, Any]] = field(default_factory=list)
    visibility: int = 360
    most_received: int = 1000

    def put(self, card: Card, channel: str = CHANNEL) -> None:
        self.put_body(to_json(card, channel), channel)

    def put_body(self, body: str, group: str = CHANNEL) -> None:
        self.messages.append(Waiting(f"m{len(self.messages)}-{group}", body, group))

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        assert QueueUrl == "outbox.fifo"
        assert 0 <= VisibilityTimeout <= 43_200
        message = next(message for message in self.messages if message.id == ReceiptHandle)
        message.visible_at = self.clock.now() + timedelta(seconds=VisibilityTimeout)

    def send_message(self, **request: Any) -> None:
        if request["MessageDeduplicationId"] not in [old["MessageDeduplicationId"] for old in self.buried]:
            self.buried.append(request)

    def deliver(self, handle: Callable[[Mapping[str, Any]], dict[str, Any]], batch: int = 1) -> None:
        """Hand what is visible, in order and batch by batch of a group, to a handler that may be killed."""
        for group in dict.fromkeys(message.group for message in self.messages):
            waiting = [message for message in self.messages if message.group == group][:batch]
            if any(message.visible_at > self.clock.now() for message in waiting):
                continue
            for message in waiting:
                message.received += 1
                message.visible_at = self.clock.now() + timedelta(seconds=self.visibility)
            try:
                answer = handle({"Records": [self.record(message) for message in waiting]})
            except KilledError:
                continue
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            gone = [message for message in waiting if message.id not in failed]
            self.messages = [message for message in self.messages if message not in gone]

    def run(
        self, handle: Callable[[Mapping[str, Any]], dict[str, Any]], times: int = 40, batch: int = 1
    ) -> None:
        """Deliver until the queue is empty, the clock going to when a message becomes visible."""
        for _ in range(times):
            if not self.messages:
                return
            # The first of a group holds up the others.
            heads = {message.group: message.visible_at for message in reversed(self.messages)}
            self.clock.set(max(self.clock.now(), min(heads.values())))
            self.deliver(handle, batch)

    def record(self, message: Waiting) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.received), "MessageGroupId": message.group},
            "eventSource": "aws:sqs",
        }


@dataclass
class FakeSecrets:
    """A Secrets Manager with one secret; a value of None means that there is none."""

    value: str | None = None
    reads: int = 0
    error: str | None = None

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.reads += 1
        if self.error or self.value is None:
            code = self.error or "ResourceNotFoundException"
            raise ClientError({"Error": {"Code": code, "Message": f"about {SecretId}"}}, "GetSecretValue")
        return {"SecretString": self.value}


@dataclass
class FakeBus:
    """An event bus that keeps what is put on it, and is away as often as a test says."""

    events: list[Mapping[str, Any]] = field(default_factory=list)
    away: int = 0
    refuses: str | None = None

    def put(self, event: Mapping[str, Any]) -> None:
        if self.refuses is not None and event["detail"].get("id") == self.refuses:
            raise BusRefusedError("MalformedDetail")
        if self.away > 0:
            self.away -= 1
            raise TryAgainError("the bus is away")
        self.events.append(event)
