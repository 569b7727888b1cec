"""The ledger's table in memory: goes away on demand, and sees to it that records are written as they may be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from dockwarden.errors import LedgerUnavailableError
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Change, Item, Key, Put
from tests.fuzz.interruption import Interruption

_T = TypeVar("_T")
_FOR_EVER = ("INTENT", "RECEIPT")


class Table:
    """The table that all functions share; `broken` lists what was written against the rules."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.away = 0
        self.broken: list[str] = []

    def write(self, changes: Sequence[Change]) -> bool:
        """Make all changes or none."""
        before = {change.key: self.store.items.get(change.key) for change in changes}
        done = self.store.write(changes)
        for change in changes if done else ():
            self._look(change, before[change.key])
        return done

    def _look(self, change: Change, old: Item | None) -> None:
        """Invariants 8 and 73: what is written once stays, and a late holder's fence writes nothing."""
        kind, new = change.key[1], change.item if isinstance(change, Put) else None
        if kind in _FOR_EVER and old is not None and new != old:
            self.broken.append(f"invariant 73: the {kind.lower()} {change.key[0]} was changed")
        if kind != "LEASE" or old is None:
            return
        if new is None:
            self.broken.append(f"invariant 8: the lease of {change.key[0]} was removed")
        elif _fence(new) < _fence(old):
            self.broken.append(f"invariant 8: fence {new['fence']} came after {old['fence']}")
        elif _fence(new) == _fence(old) and new["intent"] != old["intent"]:
            self.broken.append(f"invariant 8: two intents hold fence {new['fence']} of {change.key[0]}")


def _fence(item: Item) -> int:
    return int(str(item["fence"]))


class Handle:
    """One function's access to the table, or that of people (without a plan), which never fails."""

    def __init__(self, table: Table, plan: Interruption | None = None) -> None:
        self._table, self._plan = table, plan or Interruption()
        self._fails = plan is not None

    def get(self, key: Key) -> Item | None:
        """The item of a key."""
        return self._after(f"get {key[0]}", self._store(f"get {key[0]}").get(key))

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        """The items of many keys."""
        return self._after("get many", self._store("get many").get_many(keys))

    def query(self, pk: str) -> list[Item]:
        """All items of a partition."""
        return self._after(f"query {pk}", self._store(f"query {pk}").query(pk))

    def write(self, changes: Sequence[Change]) -> bool:
        """Make all changes or none."""
        self._store("write")
        return self._after("write", self._table.write(changes))

    def _store(self, doing: str) -> MemoryStore:
        self._plan.before(f"dynamodb:{doing}", changes=False)
        if self._fails and self._table.away > 0:
            self._table.away -= 1
            raise LedgerUnavailableError(doing, "throttled")
        return self._table.store

    def _after(self, doing: str, answer: _T) -> _T:
        self._plan.after(f"dynamodb:{doing}")
        return answer
