"""Values of a transcript as what they were: the types that the code declares tell what plain JSON stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from dockwarden.errors import DockwardenError, describe
from dockwarden.events.parse import Event, event_class
from dockwarden.ledger.records import unstamp


class NotRestoredError(DockwardenError):
    """A recorded value is not of the type that the code of now declares."""

    def __init__(self, value: object, hint: object) -> None:
        self.hint = hint
        super().__init__(f"a recorded value, {describe(value)}, is no {_named(hint)} of this version")


def restored(value: Any, hint: Any) -> Any:
    """The value of a type hint that `runtime.transcript.plain` wrote as JSON. Raises NotRestoredError."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(value, get_args(hint))
    if origin is tuple:
        return _tuple(value, get_args(hint))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(value, *get_args(hint))
    if origin is not None and issubclass(origin, Sequence):
        return [restored(item, get_args(hint)[0]) for item in _list(value, hint)]
    return _single(value, hint)


def restored_event(document: Mapping[str, Any]) -> Event:
    """The event of a transcript; its detail, which is not kept, is empty. Raises NotRestoredError."""
    envelope = document.get("envelope")
    labels = envelope if isinstance(envelope, Mapping) else {}
    cls = event_class(str(labels.get("source")), str(labels.get("detail_type")))
    if cls is None:
        raise NotRestoredError(labels.get("detail_type"), Event)
    return restored({key: value for key, value in document.items() if key != "class"}, cls)  # type: ignore[no-any-return]


def with_time(event: Event, at: datetime) -> Event:
    """The same event as of another moment."""
    renewed: Any = event
    return replace(renewed, envelope=replace(event.envelope, time=at))  # type: ignore[no-any-return]


def _single(value: Any, hint: Any) -> Any:
    if hint is Any:
        return value
    if hint is None or hint is type(None):
        return _exactly(value, type(None), hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return _record(value, hint)
    if hint is datetime or issubclass(hint, Enum):
        return _made(value, hint)
    if hint is float and type(value) is int:
        return float(value)
    return _exactly(value, hint, hint)


def _exactly(value: Any, kind: type, hint: Any) -> Any:
    if type(value) is not kind:
        raise NotRestoredError(value, hint)
    return value


def _made(value: Any, hint: Any) -> Any:
    """A time or a member of an enumeration, by its text."""
    try:
        return unstamp(value) if hint is datetime else hint(value)
    except ValueError as error:
        raise NotRestoredError(value, hint) from error


def _one_of(value: Any, hints: Sequence[Any]) -> Any:
    """A value of the first type that fits; a time is tried before a text, which any time is, too."""
    for hint in sorted(hints, key=lambda one: one is str):
        try:
            return restored(value, hint)
        except NotRestoredError:
            continue
    raise NotRestoredError(value, hints[0])


def _list(value: Any, hint: Any) -> list[Any]:
    if not isinstance(value, list):
        raise NotRestoredError(value, hint)
    return value


def _tuple(value: Any, hints: Sequence[Any]) -> tuple[Any, ...]:
    items = _list(value, tuple)
    if len(hints) == 2 and hints[1] is ...:  # noqa: PLR2004  tuple[X, ...]
        return tuple(restored(item, hints[0]) for item in items)
    if len(items) != len(hints):
        raise NotRestoredError(value, tuple)
    return tuple(restored(item, hint) for item, hint in zip(items, hints, strict=True))


def _mapping(value: Any, key: Any, of: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return {restored(name, key): restored(item, of) for name, item in value.items()}
    pairs = [_list(pair, Mapping) for pair in _list(value, Mapping)]
    return {restored(name, key): restored(item, of) for name, item in pairs}


@cache
def _declared(cls: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The hints of a dataclass's or named tuple's fields, and the names of those that have a default."""
    if is_dataclass(cls):
        own = fields(cls)
        free = [f.name for f in own if f.default is not MISSING or f.default_factory is not MISSING]
        names = [f.name for f in own]
    else:
        names, free = list(cls._fields), list(cls._field_defaults)
    hints = get_type_hints(cls)
    return {name: hints[name] for name in names}, frozenset(free)


def _record(value: Any, cls: Any) -> Any:
    """An object of a class; a field that the version of then did not write has its default, or is empty."""
    hints, free = _declared(cls)
    if not isinstance(value, dict) or not value.keys() <= hints.keys():
        raise NotRestoredError(value, cls)
    given = {name: restored(item, hints[name]) for name, item in value.items()}
    lacking = hints.keys() - given.keys() - free
    return cls(**{name: _absent(name, hints[name]) for name in lacking}, **given)


def _absent(name: str, hint: Any) -> Any:
    """What a record lacks: an event's detail is never kept, and an optional field that is new is None."""
    if name == "detail":
        return {}
    if type(None) in get_args(hint):
        return None
    raise NotRestoredError(f"one without {name}", hint)


def _named(hint: object) -> str:
    return getattr(hint, "__name__", str(hint))
