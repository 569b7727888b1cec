"""Readers of single fields that answer None, never an error, when a field is missing or of another type."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from dockwarden.events.times import as_time

_MOST: Final = 1e300


def text(data: Mapping[str, Any], *path: str) -> str | None:
    """Return the non-empty string below ``path``."""
    value = value_at(data, *path)
    return value if isinstance(value, str) and value else None


def integer(data: Mapping[str, Any], *path: str) -> int | None:
    """Return the whole number below ``path``; true and false are none."""
    value = value_at(data, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(data: Mapping[str, Any], *path: str) -> float | None:
    """Return the finite number below ``path``; true and false are none."""
    value = value_at(data, *path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # NaN compares with nothing, and a whole number of a thousand digits has no float.
    return float(value) if abs(value) <= _MOST else None


def flag(data: Mapping[str, Any], *path: str) -> bool | None:
    """Return the boolean below ``path``."""
    value = value_at(data, *path)
    return value if isinstance(value, bool) else None


def time(data: Mapping[str, Any], *path: str) -> datetime | None:
    """Return the point in time, in UTC, below ``path``."""
    return as_time(value_at(data, *path))


def mapping(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return the object below ``path``, an empty one when there is none."""
    value = value_at(data, *path)
    return value if isinstance(value, dict) else {}


def mappings(data: Mapping[str, Any], *path: str) -> Iterator[Mapping[str, Any]]:
    """Yield those items of the array below ``path`` that are objects."""
    return (item for item in _items(data, *path) if isinstance(item, dict))


def texts(data: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """Return those items of the array below ``path`` that are non-empty strings."""
    return tuple(item for item in _items(data, *path) if isinstance(item, str) and item)


def value_at(data: Mapping[str, Any], *path: str) -> object:
    """Return whatever lies below ``path``, None when there is nothing."""
    value: object = data
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _items(data: Mapping[str, Any], *path: str) -> list[Any]:
    value = value_at(data, *path)
    return value if isinstance(value, list) else []
