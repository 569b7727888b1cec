"""Where every part of Dockwarden gets the time from."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the present time, always aware and in UTC."""

    def now(self) -> datetime:
        """The present time."""


class SystemClock:
    """The machine's own clock: the only one a production wiring knows."""

    def now(self) -> datetime:
        """The present time of this machine."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until somebody sets it: for `decide`, replays and tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time that was set last."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move the clock to `now`, forwards or backwards."""
        self._now = now
