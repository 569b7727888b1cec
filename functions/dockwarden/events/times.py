"""Points in time in the forms in which AWS writes them into events."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
# AWS Health: "Sat, 06 Jun 2026 05:01:10 GMT".
_HTTP_DATE = (
    r"(?:[A-Za-z]{3}, )?(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3}) (?P<year>\d{4}) "
    rf"{_CLOCK} (?:GMT|UTC|(?P<offset>[+-]\d{{4}}))"
)
# Amazon Inspector today: "Wed Sep 09 16:59:44.356 UTC 2026".
_UNIX_DATE = (
    rf"[A-Za-z]{{3}} (?P<month>[A-Za-z]{{3}}) (?P<day>\d{{1,2}}) {_CLOCK}"
    r"(?:\.(?P<fraction>\d{1,6})\d*)? UTC (?P<year>\d{4})"
)
# Amazon Inspector before 2024: "Dec 3, 2026, 6:02:30 PM", from newer JVMs with a no-break space.
_AMERICAN_DATE = (
    rf"(?P<month>[A-Za-z]{{3}}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}}),? {_CLOCK}"
    "[ \u00a0\u202f](?P<half>[AP]M)"
)
_FORMS = (_HTTP_DATE, _UNIX_DATE, _AMERICAN_DATE)


def as_time(value: object) -> datetime | None:
    """Return the point in time, in UTC, that a value of an event names, or None when it names none.

    Read are ISO 8601 with ``Z``, an offset or neither (then UTC), AWS Health's HTTP dates and the two spoken
    forms of Amazon Inspector. Numbers are no times: AWS sends none in the events read here.
    """
    if not isinstance(value, str):
        return None
    try:
        return _iso(value) if value[10:11] == "T" else _spoken(value)
    except (ValueError, OverflowError):  # the right form, but no such month, day, hour or year
        return None


def _iso(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _spoken(value: str) -> datetime | None:
    # Compiled on first use: a Spot function never reads these.
    found = next(filter(None, (re.fullmatch(form, value, re.ASCII) for form in _FORMS)), None)
    return _moment(found.groupdict()) if found is not None else None


def _moment(part: dict[str, str | None]) -> datetime:
    year, day, minute, second = (int(part[key] or 0) for key in ("year", "day", "minute", "second"))
    return datetime(
        year,
        _MONTHS.index((part["month"] or "").lower()) + 1,
        day,
        _hour(int(part["hour"] or 0), part.get("half")),
        minute,
        second,
        int((part.get("fraction") or "").ljust(6, "0")),
        tzinfo=_zone(part.get("offset")),
    ).astimezone(UTC)


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock of twelve hours
        raise ValueError("reading a time: a clock of twelve hours has no such hour")
    return hour % 12 + (12 if half == "PM" else 0)


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return UTC
    distance = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    return timezone(-distance if offset[0] == "-" else distance)
