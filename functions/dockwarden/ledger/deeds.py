"""What others did, kept for ninety days, target by target."""

from collections.abc import Iterable
from datetime import timedelta

from dockwarden.guard.deeds import Deed
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Item, Put, Store

KEPT = timedelta(days=90)


class DeedLedger:
    """Keeps deeds. The same call is kept once, however often it is told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, deeds: Iterable[Deed]) -> None:
        """Keep what was seen."""
        for deed in dict.fromkeys(deeds):
            self._store.write([Put(_item(deed))])

    def of(self, target: str) -> tuple[Deed, ...]:
        """What was done to a target, oldest first."""
        return tuple(map(_deed, self._store.query(_pk(target))))


def _pk(target: str) -> str:
    return f"DEEDS#{target}"


def _item(deed: Deed) -> Item:
    return {
        "pk": _pk(deed.target),
        "sk": f"{stamp(deed.at)}#{deed.id}#{deed.kind}",
        "v": SCHEMA,
        "id": deed.id,
        "target": deed.target,
        "kind": deed.kind,
        "by": deed.by,
        "at": stamp(deed.at),
        "person": int(deed.person),
        "ttl": int((deed.at + KEPT).timestamp()),
    }


def _deed(item: Item) -> Deed:
    readable(item)
    try:
        identity, target, kind, by = (str(item[key]) for key in ("id", "target", "kind", "by"))
        return Deed(identity, target, kind, by, unstamp(item["at"]), person=bool(item["person"]))
    except (KeyError, ValueError) as error:
        raise UnreadableRecordError(str(item.get("pk")), f"it is damaged ({error!r})") from error
