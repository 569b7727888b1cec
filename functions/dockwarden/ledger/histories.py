"""Histories in the ledger: read once a batch, changed in memory, written back under a condition."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from dockwarden.causes.vocabulary import Cause
from dockwarden.hashing import short_hash
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Absent, Change, Delete, Equals, Item, Key, Put, Store
from dockwarden.permissions import Permission

_KEPT = timedelta(days=30)
_TROUBLED = "TROUBLED"
_CAUSES = frozenset(cause.value for cause in Cause)


class LedgerHistories:
    """Answers Histories for one batch after another."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def __init__(self, store: Store) -> None:
        self._store = store
        self._now: dict[str, History] = {}
        self._changed: set[str] = set()

    def prepare(self, keys: Iterable[str]) -> None:
        """Read the histories that a batch will ask for, in one read."""
        self._now, self._changed = {}, set()
        self._read(keys)

    def _read(self, keys: Iterable[str]) -> None:
        """Read many histories; a damaged one fails the event that asks for it, and no other (invariant 13)."""
        wanted = {_key(key): key for key in keys}
        found = self._store.get_many(wanted) if wanted else {}
        for at, key in wanted.items():
            with suppress(UnreadableRecordError):
                self._now[key] = _history(found[at]) if at in found else History(key)

    def of(self, key: str) -> History:
        """The history of a key, with what this batch has changed already."""
        if key not in self._now:
            item = self._store.get(_key(key))
            self._now[key] = _history(item) if item is not None else History(key)
        return self._now[key]

    def several(self, keys: Iterable[str]) -> Mapping[str, History]:
        """The histories of many keys, in few reads; one that cannot be read is left out."""
        wanted = list(dict.fromkeys(keys))
        self._read(key for key in wanted if key not in self._now)
        return {key: self._now[key] for key in wanted if key in self._now}

    def keep(self, history: History) -> None:
        """Take a changed history over, for the events that follow in this batch."""
        if history != self._now.get(history.key):
            self._now[history.key] = history
            self._changed.add(history.key)

    def write(self, now: datetime) -> set[str]:
        """Write what was changed; the keys that somebody else has changed meanwhile, whose events must come back."""
        changed = sorted(self._changed)
        self._changed = set()
        return {key for key in changed if not self._written(self._now[key], now)}

    def _written(self, history: History, now: datetime) -> bool:
        condition = Equals("written", history.written) if history.written else Absent()
        saved = replace(history, written=history.written + 1)
        self._now[history.key] = saved
        troubled = any(incident.open for incident in history.incidents)
        listed = _listed(history.key)
        # As long as the history: else what is forgotten would be listed for ever.
        entry: Change = (
            Put({**listed, "key": history.key, "ttl": _until(now)})
            if troubled
            else Delete((str(listed["pk"]), str(listed["sk"])))
        )
        return self._store.write([Put(_item(saved, now), condition), entry])

    def troubled(self) -> list[str]:
        """The keys of the services that have an open incident, those that this batch opened included."""
        listed = [str(item["key"]) for item in self._store.query(_TROUBLED)]
        opened = [key for key in sorted(self._changed) if self._now[key].latest() is not None]
        return list(dict.fromkeys([*listed, *opened]))


def _key(key: str) -> Key:
    # A name may be long and is an event's text: its hash is neither.
    return f"HISTORY#{short_hash(key)}", "HISTORY"


def _listed(key: str) -> Item:
    """The entry that lists a service with an open incident."""
    return {"pk": _TROUBLED, "sk": short_hash(key)}


def _until(now: datetime) -> int:
    return int((now + _KEPT).timestamp())


def _item(history: History, now: datetime) -> Item:
    pk, sk = _key(history.key)
    body = json.dumps(asdict(history), default=_plain, separators=(",", ":"))
    return {
        "pk": pk,
        "sk": sk,
        "v": SCHEMA,
        "ttl": _until(now),
        "key": history.key,
        "written": history.written,
        "history": body,
    }


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return stamp(value)
    raise TypeError(type(value).__name__)


def _history(item: Item) -> History:
    readable(item)
    try:
        body: dict[str, Any] = json.loads(str(item["history"]))
        return History(
            key=body["key"],
            stops=tuple(map(_stop, body["stops"])),
            taken=tuple(map(_stop, body.get("taken", ()))),
            versions=tuple((str(task), int(version)) for task, version in body["versions"]),
            incidents=tuple(map(_incident, body["incidents"])),
            steady_since=unstamp(body["steady_since"]) if body["steady_since"] else None,
            below_since=unstamp(body["below_since"]) if body.get("below_since") else None,
            over_until=unstamp(body["over_until"]) if body.get("over_until") else None,
            written=body["written"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableRecordError(str(item.get("pk")), f"it is damaged ({type(error).__name__})") from error


def _stop(body: dict[str, Any]) -> Stop:
    return Stop(**{**body, "at": unstamp(body["at"]), "cause": _cause(body["cause"])})


def _incident(body: dict[str, Any]) -> Incident:
    times = {name: unstamp(body[name]) for name in ("opened_at", "last_at", "closed_at") if body[name]}
    return Incident(**{**body, **times, "cause": _cause(body["cause"])})


def _cause(word: str) -> str:
    """A cause as it is kept; the word of another version of Dockwarden says nothing here."""
    return word if word in _CAUSES else Cause.UNKNOWN.value
