"""Queues between what drydock emits and the functions: everything that EventBridge and SQS may do to an event."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from dockwarden.lanes import Lane
from dockwarden.playbook import Playbook

Event = dict[str, Any]


@dataclass
class Message:
    """One event in one queue: when it may be received, and how often it was."""

    id: str
    body: Event
    visible_at: datetime
    received: int = 0


@dataclass
class Queue:
    """The queue of a lane."""

    lane: Lane
    messages: list[Message] = field(default_factory=list)

    def visible(self, now: datetime) -> list[Message]:
        """What can be received now."""
        return [message for message in self.messages if message.visible_at <= now]


class Bus:
    """Routes events to lanes by the patterns of their playbooks; `seen` is everything that was ever emitted."""

    def __init__(self, playbooks: Sequence[Playbook]) -> None:
        self.queues = {playbook.lane.name: Queue(playbook.lane) for playbook in playbooks}
        self.seen: list[tuple[str, Event]] = []
        self.dead: list[Message] = []
        self._routes = [(p.lane.name, json.dumps(pattern)) for p in playbooks for pattern in p.patterns()]
        self._count = 0

    def emit(self, event: Event, now: datetime) -> None:
        """Take in an event as AWS emits it."""
        lanes = {lane for lane, pattern in self._routes if _matches(pattern, event)}
        for lane in sorted(lanes):
            self.seen.append((lane, event))
            self.put(lane, event, now)

    def put(self, lane: str, event: Event, visible_at: datetime) -> Message:
        """Put a message into a queue."""
        self._count += 1
        message = Message(f"m{self._count}", event, visible_at)
        self.queues[lane].messages.append(message)
        return message

    def settle(self, lane: str, taken: Sequence[Message], failed: Sequence[str], now: datetime) -> None:
        """What SQS does with a batch: what did not fail is removed, the rest comes back or is buried."""
        queue = self.queues[lane]
        for message in taken:
            message.received += 1
            if message.id in failed:
                message.visible_at = now + timedelta(seconds=queue.lane.visibility_timeout)
            buried = message.id in failed and message.received >= queue.lane.max_receives
            if buried:
                self.dead.append(message)
            if (buried or message.id not in failed) and message in queue.messages:
                queue.messages.remove(message)


@lru_cache(maxsize=64)
def _read(pattern: str) -> Any:
    return json.loads(pattern)


def _matches(text: str, event: Event) -> bool:
    pattern = _read(text)
    if event["source"] not in pattern["source"] or event["detail-type"] not in pattern["detail-type"]:
        return False
    return all(event["detail"].get(key) in values for key, values in pattern.get("detail", {}).items())
