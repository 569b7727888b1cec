"""Counts over time in steps that a plot has room for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.verdicts import Verdict

_STEPS = (
    (timedelta(minutes=1), "minute"),
    (timedelta(minutes=5), "5 minutes"),
    (timedelta(minutes=15), "15 minutes"),
    (timedelta(hours=1), "hour"),
    (timedelta(hours=3), "3 hours"),
    (timedelta(hours=6), "6 hours"),
    (timedelta(days=1), "day"),
    (timedelta(days=7), "week"),
    (timedelta(days=28), "4 weeks"),
)
MOST = 96
"""How many bars there are at most, but for periods of many years."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The events of one step."""

    start: datetime
    counts: Counter[Verdict]


@dataclass(frozen=True, slots=True)
class Series:
    """The steps of a period, also those without events; `step` names their length."""

    step: str
    length: timedelta
    buckets: tuple[Bucket, ...]


def series(moments: Mapping[datetime, Counter[Verdict]]) -> Series:
    """The counts by minute in at most MOST steps."""
    if not moments:
        return Series("hour", timedelta(hours=1), ())
    first, last = min(moments), max(moments)
    length, name = next(
        ((step, name) for step, name in _STEPS if (last - _floor(first, step)) // step < MOST), _STEPS[-1]
    )
    start = _floor(first, length)
    counts = [Counter[Verdict]() for _ in range((last - start) // length + 1)]
    for moment, counted in moments.items():
        counts[(moment - start) // length].update(counted)
    return Series(name, length, tuple(Bucket(start + n * length, found) for n, found in enumerate(counts)))


def _floor(moment: datetime, step: timedelta) -> datetime:
    """The beginning of the step that a moment is in, counted from midnight UTC."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step
