"""Virtual time: nothing happens in drydock unless this clock moves."""

from __future__ import annotations

import heapq
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TICK_SECONDS = 0.05


@dataclass(order=True, slots=True)
class Timer:
    """Something that will happen at `due`; timers of one instant run in the order in which they were set."""

    due: datetime
    order: int
    action: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Keep this timer from running."""
        self.cancelled = True


class VirtualClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._timers: list[Timer] = []
        self._count = 0

    def now(self) -> datetime:
        """The virtual time, with UTC as its time zone."""
        return self._now

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Run `action` when `seconds` of virtual time have passed."""
        self._count += 1
        timer = Timer(self._now + timedelta(seconds=seconds), self._count, action)
        heapq.heappush(self._timers, timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Move time forward and run what falls due, each timer at its own instant."""
        if seconds < 0:
            raise ValueError("a virtual clock does not go back")
        end = self._now + timedelta(seconds=seconds)
        while self._timers and self._timers[0].due <= end:
            self._run(heapq.heappop(self._timers))
        self._now = max(self._now, end)

    def _run(self, timer: Timer) -> None:
        if timer.cancelled:
            return
        self._now = max(self._now, timer.due)
        timer.action()


class WallDriver:
    """A thread that moves a virtual clock by `speed` virtual seconds for each second on the wall."""

    def __init__(self, advance: Callable[[float], None], speed: float) -> None:
        self.speed = speed
        self._advance = advance
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="drydock-clock", daemon=True)

    def start(self) -> None:
        """Let time flow."""
        self._thread.start()

    def stop(self) -> None:
        """Let time stand still and wait until the thread has ended."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        last = time.monotonic()
        while not self._stopped.wait(TICK_SECONDS):
            now = time.monotonic()
            self._advance((now - last) * self.speed)
            last = now
