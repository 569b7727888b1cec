"""When calendar freezes hold: windows on the clocks of a time zone, and the moments they stand for. Pure.

A window says what the clocks on the wall show. Where they are changed it is as long as it can be: it begins when
they first show its beginning, or something later, and ends when they show its end for the last time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
_WEEK = 7
_LEAP_YEAR = 2024
_SECOND = timedelta(seconds=1)
_JOINED = 400
"""How many windows that touch each other are followed to say when a freeze ends."""


def zone_named(name: str) -> tzinfo:
    """The time zone of a name. Raises LookupError, ValueError or OSError, which zoneinfo does, where there is none."""
    if name == "UTC":  # needs no file, and so no package of them
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - a cold start without freezes does not pay for it

    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Window:
    """From one time to another on the clocks of a place: both naive, the end not included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Weekly:
    """On some days of the week (Monday is 0), from a time after midnight on, for a length on the clock."""

    days: frozenset[int]
    start: timedelta
    length: timedelta

    @property
    def always(self) -> bool:
        """Whether each window reaches the next one, so that no time is free."""
        days = sorted(self.days)
        gaps = [(later - day) % _WEEK or _WEEK for day, later in zip(days, [*days[1:], days[0]], strict=True)]
        return all(self.length >= gap * DAY for gap in gaps)

    def windows(self, day: date) -> Iterator[Window]:
        """Those windows that a moment of a day can lie in; none is longer than a week."""
        for back in range(-1, _WEEK + 2):
            first = day - back * DAY
            if first.weekday() in self.days:
                begin = datetime.combine(first, time()) + self.start
                yield Window(begin, begin + self.length)


@dataclass(frozen=True, slots=True)
class Yearly:
    """From one day of the year to another, both included, as month and day; it may reach into the next year."""

    first: tuple[int, int]
    last: tuple[int, int]

    @property
    def always(self) -> bool:
        """Whether the day after its last is its first, so that no time is free."""
        after = date(_LEAP_YEAR, *self.last) + DAY
        return (after.month, after.day) == self.first

    def windows(self, day: date) -> Iterator[Window]:
        """Those windows that a moment of a day can lie in."""
        for year in (day.year - 1, day.year, day.year + 1):
            ends_in = year + (self.last < self.first)
            yield Window(_midnight(year, self.first), _midnight(ends_in, self.last, after=True))


@dataclass(frozen=True, slots=True)
class Once:
    """A window that does not come again, in a time zone."""

    zone: str
    window: Window

    def until(self, now: datetime) -> datetime | None:
        """When it ends, None where it does not hold now."""
        return _end((self.window,), zone_named(self.zone), now)


@dataclass(frozen=True, slots=True)
class Recurring:
    """Windows that come again, in a time zone; with both, what lies in both."""

    zone: str
    weekly: Weekly | None = None
    yearly: Yearly | None = None

    @property
    def always(self) -> bool:
        """Whether no time is free."""
        return all(rule.always for rule in (self.weekly, self.yearly) if rule)

    def until(self, now: datetime) -> datetime | None:
        """When it ends, None where it does not hold now; windows that touch are one."""
        end = self._ends(now)
        for _ in range(_JOINED):
            following = self._ends(end) if end is not None else None
            if following is None:
                break
            end = following
        return end

    def _ends(self, now: datetime) -> datetime | None:
        zone = zone_named(self.zone)
        day = now.astimezone(zone).date()
        ends = [_end(rule.windows(day), zone, now) for rule in (self.weekly, self.yearly) if rule]
        known = [end for end in ends if end is not None]
        return min(known) if known and len(known) == len(ends) else None


def _end(windows: Iterable[Window], zone: tzinfo, now: datetime) -> datetime | None:
    """The latest end of the windows that a moment lies in, None where it lies in none."""
    ends = [end(window.end, zone) for window in windows if beginning(window.start, zone) <= now]
    return max((found for found in ends if now < found), default=None)


def beginning(shown: datetime, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which the clocks of a zone show a time or have jumped over it."""
    return _moment(shown, zone, min)


def end(shown: datetime, zone: tzinfo) -> datetime:
    """The last moment, in UTC, at which the clocks of a zone show a time or jump over it."""
    return _moment(shown, zone, max)


def _moment(shown: datetime, zone: tzinfo, choose: Callable[[datetime, datetime], datetime]) -> datetime:
    one, other = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if one.astimezone(zone).replace(tzinfo=None) == shown:
        return choose(one, other)
    return _jump(min(one, other), max(one, other), zone)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between two others at which the clocks of a zone are put forward."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _midnight(year: int, day: tuple[int, int], *, after: bool = False) -> datetime:
    """Where a day of a year begins, or ends; 29 February is nothing but its end in other years."""
    month, number = day
    try:
        return datetime(year, month, number) + (DAY if after else timedelta())  # noqa: DTZ001 - the zone comes later
    except ValueError:
        return datetime(year, month + 1, 1)  # noqa: DTZ001
