"""Times as AWS writes them into events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def envelope_time(moment: datetime) -> str:
    """The `time` of an event: whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def detail_time(moment: datetime) -> str:
    """A time inside `detail`: milliseconds without trailing zeros, as recorded events have it (`18.21Z`)."""
    whole = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond // 1000:03d}".rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def with_detail_times(value: Any) -> Any:
    """A copy of a JSON-like value with every datetime written as `detail_time` does."""
    if isinstance(value, datetime):
        return detail_time(value)
    if isinstance(value, dict):
        return {key: with_detail_times(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_detail_times(item) for item in value]
    return value
