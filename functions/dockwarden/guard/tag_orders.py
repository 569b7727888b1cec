"""What the tags `dockwarden:freeze` and `dockwarden:hands-off` say. Pure; they can only tighten."""

import re
from datetime import UTC, date, datetime, time, timedelta

from dockwarden.errors import describe
from dockwarden.facts.unknown import NotRead
from dockwarden.spans import span

FREEZE_TAG = "dockwarden:freeze"
HANDS_OFF_TAG = "dockwarden:hands-off"

_ON = frozenset({"true", "on"})
_OFF = frozenset({"false", "off"})

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
"""A date or a time; `2026-W47` is a week of ISO 8601, of which Python would take the Monday."""


def freeze_tag(value: str | NotRead | None, now: datetime) -> str | None:
    """Why the freeze tag of a cluster or service freezes it now, or None; what nobody can read freezes."""
    return _held("frozen", FREEZE_TAG, value, now)


def hands_off_tag(value: str | NotRead | None, now: datetime) -> str | None:
    """Why the hands-off tag of a cluster or service keeps everybody off now, or None; what nobody can read does."""
    return _held("hands off", HANDS_OFF_TAG, value, now)


def _held(what: str, tag: str, value: str | NotRead | None, now: datetime) -> str | None:
    if isinstance(value, NotRead):
        return f"{what}, because the tag {tag} could not be read ({value.why})"
    text = value.strip() if value is not None else "off"
    if text.lower() in _OFF:
        return None
    if text.lower() in _ON:
        return f"{what} by the tag {tag}, which says {text.lower()}"
    until = _until(text)
    if until is None:
        return f"{what}, because the tag {tag} says {describe(text)}, which is neither true nor a date"
    if now >= until:
        return None
    return f"{what} by the tag {tag} for {span(until - now)} yet, until {until:%d %b %Y, %H:%M} UTC"


def _until(text: str) -> datetime | None:
    """The moment that a date (its end) or a time means, in UTC unless it says otherwise; None for other texts."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return _day_after(text)
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day_after(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
