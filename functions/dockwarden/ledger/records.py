"""The records of the ledger: typed values, each with the schema version that it was written by."""

import json
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from datetime import UTC, datetime
from typing import Any

from dockwarden.errors import UnreadableRecordError
from dockwarden.hashing import short_hash
from dockwarden.ledger.store import Item
from dockwarden.performing import State

__all__ = [
    "SCHEMA",
    "Intent",
    "Lease",
    "Receipt",
    "UnreadableRecordError",
    "intent_id",
    "intent_of",
    "lease_of",
    "pack",
    "readable",
    "receipt_of",
    "stamp",
    "unstamp",
]

REQUEST = "request"
"""Under which key a transcript names the proposal that a person has approved."""

SCHEMA = 1
"""What this version writes. It reads its own and, from version 2 on, the one before."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be done, and why: written before the call and never changed.

    `mode` is the mode it was decided in and `why` what set that. Until `retried_until` its lane may still bring
    the event back, so that nobody else may call it over. `before` is how the target was, `pools` the budgets that
    it counts in, `by` the person who approved or asked for it, and `undoes` the intent that it takes back.
    `incident` is the incident that it is about, and `occurrence` what many events are about at once, as a deployment.
    """

    id: str
    playbook: str
    kind: str
    target: str
    subject: str
    action: dict[str, str]
    mode: str
    why: str
    reason: str
    occurred_at: datetime
    created_at: datetime
    retried_until: datetime
    transcript: dict[str, Any]
    cause: str | None = None
    before: str = ""
    pools: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    undoes: str | None = None
    incident: str | None = None
    occurrence: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an intent: written once, after the call.

    `session` is the role session name under which CloudTrail shows the call.
    """

    intent: str
    state: State
    effect: str
    closed_at: datetime
    fence: int
    session: str | None = None
    inverse: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a target, until when, and what the last holder came to.

    `fence` grows by one with each holder, so that a late one is recognised (invariant 8). `recent` is when the
    latest actions on the target were done, as stamps, newest last. `occurrence` is the last intent's.
    """

    target: str
    intent: str
    playbook: str
    kind: str
    fence: int
    expires_at: datetime
    occurred_at: datetime
    state: State
    recent: tuple[str, ...] = ()
    occurrence: str | None = None


def intent_id(playbook: str, kind: str, target: str, occurrence: datetime | str) -> str:
    """The id of what a playbook does to a target because of one occurrence: the same for every try."""
    when = occurrence.isoformat() if isinstance(occurrence, datetime) else occurrence
    return f"{playbook}-{short_hash(playbook, kind, target, when)}"


def stamp(moment: datetime) -> str:
    """A moment as text whose order is that of time: UTC with microseconds."""
    # Not strftime, which writes the year 1 (Go's zero time) with one digit.
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def unstamp(text: object) -> datetime:
    """The moment of a stamp; a damaged one raises ValueError."""
    return datetime.fromisoformat(str(text))


def pack(record: Intent | Receipt | Lease) -> Item:
    """The attributes of a record: times as stamps, documents as JSON text."""
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {"v": SCHEMA, **{name: _packed(value) for name, value in values.items()}}


def intent_of(item: Item) -> Intent:
    """The intent that an item holds."""
    return Intent(**_values(Intent, item))


def receipt_of(item: Item) -> Receipt:
    """The receipt that an item holds."""
    return Receipt(**_values(Receipt, item))


def lease_of(item: Item) -> Lease:
    """The lease that an item holds."""
    return Lease(**_values(Lease, item))


def readable(item: Item) -> Item:
    """The item, if this version or the one before has written it."""
    version = item.get("v")
    if version not in (SCHEMA - 1, SCHEMA):
        raise UnreadableRecordError(str(item.get("pk")), f"it has schema version {version!r}, not {SCHEMA}")
    return item


# Made once: json.dumps makes an encoder a call where it is asked for separators.
_as_json = json.JSONEncoder(separators=(",", ":")).encode


def _packed(value: object) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return _as_json(value) if isinstance(value, dict | tuple) else value


_READERS: dict[str, Callable[[Any], Any]] = {
    "occurred_at": unstamp,
    "created_at": unstamp,
    "retried_until": unstamp,
    "closed_at": unstamp,
    "expires_at": unstamp,
    "action": json.loads,
    "transcript": json.loads,
    "pools": json.loads,
    "recent": lambda text: tuple(stamp(unstamp(at)) for at in json.loads(text)),
    "state": State,
}


def _values(record: type[Intent | Receipt | Lease], item: Item) -> dict[str, Any]:
    """The fields of a record; one that an older version did not write keeps its default."""
    readable(item)
    try:
        return {
            name: _READERS.get(name, _as_is)(item[name])
            for name, field in record.__dataclass_fields__.items()
            if name in item or (field.default is MISSING and field.default_factory is MISSING)
        }
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableRecordError(str(item.get("pk")), f"it is damaged ({error!r})") from error


def _as_is(value: object) -> object:
    return value
