"""What every EventBridge event carries around its detail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dockwarden.errors import MalformedEventError, Unquoted
from dockwarden.events import fields

UNREADABLE_REPLAY = "(unreadable)"
"""Stands for a ``replay-name`` that is no string: such an event is a replay all the same."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope of one EventBridge event, with what is missing or unreadable as None.

    ``time`` is aware and in UTC. ``detail`` is left out of the repr, since it may carry environment values.
    """

    source: str
    detail_type: str
    id: str | None
    account: str | None
    region: str | None
    time: datetime | None
    resources: tuple[str, ...]
    replay_name: str | None
    detail: Mapping[str, Any] = field(repr=False, hash=False)


def read_envelope(raw: object) -> Envelope:
    """Return the envelope of a decoded JSON document; MalformedEventError when it is none."""
    if not isinstance(raw, dict):
        raise MalformedEventError("the event", _kind(raw), "an EventBridge event, which is a JSON object")
    return Envelope(
        source=_label(raw, "source", "the service that sent the event"),
        detail_type=_label(raw, "detail-type", "the kind of the event"),
        id=fields.text(raw, "id"),
        account=fields.text(raw, "account"),
        region=fields.text(raw, "region"),
        time=fields.time(raw, "time"),
        resources=fields.texts(raw, "resources"),
        replay_name=_replay_name(raw),
        detail=_detail(raw),
    )


def _label(raw: Mapping[str, Any], key: str, meaning: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise MalformedEventError(key, value, f"{meaning} as a string")
    return value


def _detail(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    value = raw.get("detail")
    if not isinstance(value, dict):
        raise MalformedEventError("detail", _kind(value), "a JSON object")
    return value


def _kind(value: object) -> object:
    # A whole document that arrived as text may hold secrets: it is named by its kind, never quoted.
    return Unquoted("a string") if isinstance(value, str) else value


def _replay_name(raw: Mapping[str, Any]) -> str | None:
    if raw.get("replay-name") is None:
        return None
    return fields.text(raw, "replay-name") or UNREADABLE_REPLAY
