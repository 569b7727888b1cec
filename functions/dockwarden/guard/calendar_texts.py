"""Reads the texts in which settings say when: `Fri 17:00..Mon 08:00`, `12-20..01-02`, `2026-12-01 18:00`."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dockwarden.errors import SettingsError
from dockwarden.guard.calendars import DAY, Weekly, Window, Yearly, zone_named

WEEKLY = "days, or days and times, such as Sat,Sun or Mon-Fri 09:00..17:30 or Fri 17:00..Mon 08:00"
YEARLY = "two days as month-day, such as 12-20..01-02"
MOMENT = "a time on the clocks of its zone, such as 2026-12-24T18:00, or a whole day, such as 2026-12-24"
ZONE = "the name of a time zone, such as Europe/Berlin, or UTC"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = len(_DAYS)
_TIME = r"(\d\d):(\d\d)"
_WEEKLY = re.compile(rf"([a-z][a-z, -]*?)(?: +{_TIME} *\.\. *(?:([a-z]+) +)?{_TIME})?", re.ASCII)
_YEARLY = re.compile(r"(\d\d)-(\d\d)(?: *\.\. *(\d\d)-(\d\d))?", re.ASCII)
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_LEAP_YEAR = 2024
_HOUR = 60


def read_zone(setting: str, value: object) -> str:
    """The name of a time zone that there is. Raises SettingsError."""
    if not isinstance(value, str) or not _ZONE.fullmatch(value):
        raise SettingsError(setting, value, ZONE)
    try:
        zone_named(value)
    except (LookupError, ValueError, OSError) as error:
        raise SettingsError(setting, value, ZONE) from error
    return value


def read_once(where: str, zone: str, start: object, end: object) -> Window:
    """From a moment, or the beginning of a day, until another, or the end of a day. Raises SettingsError."""
    begins = _local(f"{where}, from", start, whole=timedelta())
    ends = _local(f"{where}, until", end, whole=DAY)
    if ends <= begins:
        raise SettingsError(f"{where}, until", str(end), f"a time after its from, {start}")
    for setting, moment in (("from", begins), ("until", ends)):
        _in_range(f"{where}, {setting}", moment, zone)
    return Window(begins, ends)


def _in_range(setting: str, moment: datetime, zone: str) -> None:
    try:
        moment.replace(tzinfo=zone_named(zone)).astimezone(UTC)
    except OverflowError as error:
        raise SettingsError(setting, str(moment), MOMENT) from error


def _local(setting: str, value: Any, whole: timedelta) -> datetime:
    """A time without a zone; to a date, which TOML knows too, `whole` is added."""
    try:
        found = _parsed(value) if isinstance(value, str) else value
        if isinstance(found, date) and not isinstance(found, datetime):
            found = datetime.combine(found, time()) + whole
    except (ValueError, OverflowError) as error:
        raise SettingsError(setting, value, MOMENT) from error
    if not isinstance(found, datetime) or found.tzinfo is not None:
        raise SettingsError(setting, str(value) if isinstance(value, datetime) else value, MOMENT)
    return found


def _parsed(text: str) -> date:
    """A date or a time as people write it; ISO 8601 knows more, such as weeks, of which Python takes the Monday."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def read_weekly(setting: str, value: object) -> Weekly:
    """Days of the week, whole or with times. Raises SettingsError."""
    found = _WEEKLY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    days = _days(found[1]) if found else ()
    if found is None or not days:
        raise SettingsError(setting, value, WEEKLY)
    if found[2] is None:
        return Weekly(frozenset(days), timedelta(), DAY)
    start, end = _time(found[2], found[3]), _time(found[5], found[6])
    if start is None or start == DAY or end is None or not (length := _length(days, start, found[4], end)):
        raise SettingsError(setting, value, WEEKLY)
    return Weekly(frozenset(days), start, length)


def _length(days: tuple[int, ...], start: timedelta, last: str | None, end: timedelta) -> timedelta | None:
    """From the start to the next end on the clock; nothing where the two are one, or the text makes no sense."""
    if last is None:
        return end - start if end > start else (end - start + DAY) % DAY
    if last not in _DAYS or len(days) != 1:
        return None
    return ((_DAYS.index(last) - days[0]) * DAY + end - start) % (_WEEK * DAY)


def _days(text: str) -> tuple[int, ...]:
    """Numbers of the days that a list of days and ranges names; none where one of them is no day."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS or (dash and not last):
            return ()
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        found += [(begin + ahead) % _WEEK for ahead in range((end - begin) % _WEEK + 1)]
    return tuple(dict.fromkeys(found))


def _time(hours: str, minutes: str) -> timedelta | None:
    """How long after midnight, up to 24:00; None for what no clock shows."""
    found = timedelta(hours=int(hours), minutes=int(minutes))
    return found if int(minutes) < _HOUR and found <= DAY else None


def read_yearly(setting: str, value: object) -> Yearly:
    """A range of days of the year, both included, or one day. Raises SettingsError."""
    found = _YEARLY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise SettingsError(setting, value, YEARLY)
    first = int(found[1]), int(found[2])
    last = (int(found[3]), int(found[4])) if found[3] else first
    for month, day in (first, last):
        try:
            date(_LEAP_YEAR, month, day)
        except ValueError as error:
            raise SettingsError(setting, value, YEARLY) from error
    return Yearly(first, last)
