"""The channels of the local Slack and what was posted to them, in memory."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; the bot is a member unless said otherwise."""

    id: str
    name: str
    topic: str = ""
    member: bool = True
    archived: bool = False


@dataclass(slots=True)
class Message:
    """One message as the API gives it back, and where it stands."""

    channel: str
    body: dict[str, Any]
    via: str  # "api" or "webhook"
    literal: bool = False  # posted with `mrkdwn: false`: its text is no markup

    @property
    def ts(self) -> str:
        """Its id in the channel, which is its time."""
        return str(self.body["ts"])

    @property
    def thread(self) -> str | None:
        """The ts of the message that it answers, None for a message in the channel itself."""
        parent = self.body.get("thread_ts")
        return None if parent is None or parent == self.ts else str(parent)


@dataclass(slots=True)
class Store:
    """All messages, in order of arrival; `version` grows with every change."""

    channels: tuple[Channel, ...]
    clock: Callable[[], float] = time.time
    messages: list[Message] = field(default_factory=list)
    version: int = 0
    _last: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def channel(self, named: str, *, by_name: bool) -> Channel | None:
        """The channel with this id or, where Slack allows it, with this name."""
        wanted = named.removeprefix("#")
        return next(
            (one for one in self.channels if one.id == named or (by_name and one.name == wanted)), None
        )

    def add(self, channel: str, body: dict[str, Any], via: str, *, literal: bool = False) -> Message:
        """Keep a new message under a new ts."""
        with self.lock:
            message = Message(channel, {**body, "ts": self._next_ts()}, via, literal)
            self.messages.append(message)
            self.version += 1
            return message

    def change(self, message: Message, changes: dict[str, Any], editor: str) -> None:
        """Edit a message in place and mark it as edited."""
        with self.lock:
            message.body |= {**changes, "edited": {"user": editor, "ts": self._next_ts()}}
            self.version += 1

    def find(self, channel: str, ts: str) -> Message | None:
        """The message with this ts, None if there is none."""
        with self.lock:
            return next((one for one in self.messages if one.channel == channel and one.ts == ts), None)

    def in_channel(self, channel: str) -> list[Message]:
        """All messages of a channel and its threads, oldest first."""
        with self.lock:
            return [one for one in self.messages if one.channel == channel]

    def clear(self) -> None:
        """Forget every message."""
        with self.lock:
            self.messages.clear()
            self.version += 1

    def _next_ts(self) -> str:
        """Microseconds as Slack writes them, never the same twice."""
        self._last = max(self._last + 1, int(self.clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
