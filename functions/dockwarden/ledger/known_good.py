"""What worked of each service, and what was bad, in the ledger: one item a service, for 400 days."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.facts.known_good import BadRevision, Digests, GoodRevision, Known, Soaking, service_key
from dockwarden.facts.services import ServiceRef
from dockwarden.hashing import short_hash
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Absent, Equals, Item, Key, Put, Store
from dockwarden.permissions import Permission
from dockwarden.rollback.soaking import KEPT, kept

_TIMES = frozenset({"since", "soaked_at", "last_seen", "at"})


class LedgerKnownGood:
    """Answers KnownGood, and keeps what is learned."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, Known]:
        """All that is known of several services; one whose record is damaged is left out (invariant 13)."""
        wanted = {service: _key(service_key(service)) for service in services}
        found = self._store.get_many(wanted.values()) if wanted else {}
        known: dict[ServiceRef, Known] = {}
        for service, at in wanted.items():
            with suppress(UnreadableRecordError):
                known[service] = _known(found[at]) if at in found else Known(service_key(service))
        return known

    def fresh(self, service: ServiceRef) -> tuple[Known, bool]:
        """What is known of a service, and whether its record is damaged, so that it is nothing any more.

        Raises UnreadableRecordError for a record of another version, which may be whole.
        """
        key = service_key(service)
        item = self._store.get(_key(key))
        if item is None:
            return Known(key), False
        readable(item)
        try:
            return _known(item), False
        except UnreadableRecordError:
            written = item.get("written")
            return Known(key, written=written if isinstance(written, int) else 0), True

    def overwrite(self, known: Known, now: datetime) -> bool:
        """Write what is known of a service in place of a damaged record, whatever that says."""
        return self._store.write([Put(_item(replace(kept(known, now), written=known.written + 1), now))])

    def keep(self, known: Known, now: datetime) -> bool:
        """Write what is known of a service; False where somebody else has written since it was read."""
        condition = Equals("written", known.written) if known.written else Absent()
        saved = replace(kept(known, now), written=known.written + 1)
        return self._store.write([Put(_item(saved, now), condition)])


def _key(key: str) -> Key:
    # A name may be long and is an event's text: its hash is neither.
    return f"GOOD#{short_hash(key)}", "GOOD"


def _item(known: Known, now: datetime) -> Item:
    pk, sk = _key(known.service)
    return {
        "pk": pk,
        "sk": sk,
        "v": SCHEMA,
        "ttl": int((now + KEPT).timestamp()),
        "service": known.service,
        "written": known.written,
        "known": json.dumps(asdict(known), default=_plain, separators=(",", ":")),
    }


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return stamp(value)
    raise TypeError(type(value).__name__)


def _known(item: Item) -> Known:
    readable(item)
    try:
        body: dict[str, Any] = json.loads(str(item["known"]))
        return Known(
            service=body["service"],
            good=tuple(GoodRevision(**_values(one)) for one in body["good"]),
            bad=tuple(BadRevision(**_values(one)) for one in body["bad"]),
            soaking=Soaking(**_values(body["soaking"])) if body["soaking"] else None,
            filled=body["filled"],
            written=body["written"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableRecordError(str(item.get("pk")), f"it is damaged ({type(error).__name__})") from error


def _values(body: dict[str, Any]) -> dict[str, Any]:
    times = {name: unstamp(value) for name, value in body.items() if name in _TIMES}
    return {**body, **times, "digests": _digests(body["digests"])}


def _digests(body: list[list[str]]) -> Digests:
    return tuple((str(container), str(digest)) for container, digest in body)
