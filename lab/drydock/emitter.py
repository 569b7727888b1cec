"""The ordered log of everything that AWS would have put on the default event bus."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lab.drydock.times import envelope_time, with_detail_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.drydock.clock import VirtualClock
    from lab.drydock.names import Names

Event = dict[str, Any]


class EventLog:
    """Collects events and hands each one to every sink, in order and once.

    Events are handed over when the change that caused them is complete (`flush`), so that a sink may call
    drydock's API without seeing half a change; what such a call emits is handed over after what came before.
    """

    def __init__(self, clock: VirtualClock, names: Names) -> None:
        self.events: list[Event] = []
        self._clock = clock
        self._names = names
        self._sinks: list[Callable[[Event], None]] = []
        self._waiting: deque[Event] = deque()
        self._flushing = False
        self._muted = False

    def subscribe(self, sink: Callable[[Event], None]) -> None:
        """Hand every later event to `sink`."""
        self._sinks.append(sink)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Emit nothing meanwhile: for what is said to have happened before the story begins."""
        self._muted, before = True, self._muted
        try:
            yield
        finally:
            self._muted = before

    def emit(self, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
        """Log one event with the envelope of EventBridge and the present virtual time."""
        if self._muted:
            return
        event: Event = {
            "version": "0",
            "id": self._names.uuid(),
            "detail-type": detail_type,
            "source": source,
            "account": self._names.account,
            "time": envelope_time(self._clock.now()),
            "region": self._names.region,
            "resources": resources,
            "detail": with_detail_times(detail),
        }
        self.events.append(event)
        self._waiting.append(event)

    def flush(self) -> None:
        """Hand over what waits; a call from inside a sink leaves that to the outer one."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while self._waiting:
                event = self._waiting.popleft()
                for sink in self._sinks:
                    sink(event)
        finally:
            self._flushing = False
