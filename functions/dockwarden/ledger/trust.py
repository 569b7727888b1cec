"""Whether people agree with what Dockwarden does or would have done: marks, and what follows from them."""

from datetime import datetime, timedelta

from dockwarden.guard.orders import Demotion
from dockwarden.guard.readiness import Mark, Wrong
from dockwarden.ledger.controls import ControlLedger
from dockwarden.ledger.records import SCHEMA, readable, stamp, unstamp
from dockwarden.ledger.store import Delete, Item, Put, Store

WINDOW = timedelta(days=7)
"""Two wrongs of a playbook within this time move it down everywhere."""

_KEPT = timedelta(days=400)


class TrustLedger:
    """Keeps what people said of single actions, and moves playbooks down by it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._controls = ControlLedger(store)

    def wrong(self, playbook: str, place: str, by: str, why: str, now: datetime) -> None:
        """An action was undone or marked wrong: the playbook asks first in that place, after two of them everywhere.

        The same wrong may be told twice to the same effect: `why` names it.
        """
        item: Item = {
            "pk": f"WRONG#{playbook}",
            "sk": why,
            "v": SCHEMA,
            "place": place,
            "by": by,
            "at": stamp(now),
            "ttl": int((now + _KEPT).timestamp()),
        }
        self._store.write([Put(item)])
        self._controls.demote(Demotion(playbook, place, now, why), by)
        if len({_named(item) for item in self.wrongs(playbook, now)}) > 1:
            self._controls.demote(Demotion(playbook, None, now, f"two wrongs within {WINDOW.days} days"), by)

    def wrongs(self, playbook: str, now: datetime) -> list[Item]:
        """The wrongs of a playbook that still count."""
        items = self._store.query(f"WRONG#{playbook}")
        return [item for item in items if now - unstamp(item["at"]) < WINDOW]

    def all_wrongs(self, playbook: str) -> tuple[Wrong, ...]:
        """Every wrong of a playbook that is kept, also those that move nothing down any more."""
        items = self._store.query(f"WRONG#{playbook}")
        return tuple(Wrong(_named(i), playbook, str(i["place"]), unstamp(i["at"])) for i in items)

    def mark(self, playbook: str, place: str, mark: Mark, why: str, now: datetime) -> None:
        """Keep what a person says of an action; their last word counts, and a wrong moves the playbook down.

        Who takes a wrong back does not lift what it has moved down: `dockwarden promote` does.
        """
        item: Item = {
            "pk": f"MARKS#{playbook}",
            "sk": f"{mark.id}#{mark.by}",
            "v": SCHEMA,
            "id": mark.id,
            "by": mark.by,
            "right": int(mark.right),
            "at": stamp(now),
            "why": why,
            "ttl": int((now + _KEPT).timestamp()),
        }
        self._store.write([Put(item)])
        told = f"{mark.id} was marked wrong"
        if not mark.right:
            self.wrong(playbook, place, mark.by, told, now)
        elif all(other.right for other in self.marks(playbook) if other.id == mark.id):
            self._store.write([Delete((f"WRONG#{playbook}", told))])

    def marks(self, playbook: str) -> tuple[Mark, ...]:
        """The last mark of each person for each action."""
        items = map(readable, self._store.query(f"MARKS#{playbook}"))
        return tuple(Mark(str(item["id"]), str(item["by"]), bool(item["right"])) for item in items)


def _named(item: Item) -> str:
    """The action that was wrong: undone and marked wrong, it is one wrong."""
    return str(item["sk"]).partition(" ")[0]
