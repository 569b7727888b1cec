"""The ledger's table in memory: for `decide`, for tests, for nothing that must last."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from dockwarden.ledger.store import Absent, Change, Condition, Equals, Item, Key, Put


class _Items(dict[Key, Item]):
    """Items by key that know their partitions, so that a query does not look at all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.partitions: dict[str, set[str]] = {}

    def __setitem__(self, key: Key, item: Item) -> None:
        super().__setitem__(key, item)
        self.partitions.setdefault(key[0], set()).add(key[1])

    def __delitem__(self, key: Key) -> None:
        super().__delitem__(key)
        self.partitions[key[0]].discard(key[1])


class MemoryStore:
    """A Store in this process."""

    def __init__(self) -> None:
        self.items = _Items()
        self._lock = Lock()

    def get(self, key: Key) -> Item | None:
        """The item of a key."""
        with self._lock:
            found = self.items.get(key)
            return dict(found) if found is not None else None

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        """The items of many keys."""
        found = {key: self.get(key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def query(self, pk: str) -> list[Item]:
        """All items of a partition in the order of their sort keys."""
        with self._lock:
            return [dict(self.items[pk, sk]) for sk in sorted(self.items.partitions.get(pk, ()))]

    def write(self, changes: Sequence[Change]) -> bool:
        """Make all changes or none."""
        with self._lock:
            if not all(_holds(change.condition, self.items.get(change.key)) for change in changes):
                return False
            for change in changes:
                self._apply(change)
            return True

    def _apply(self, change: Change) -> None:
        if isinstance(change, Put):
            self.items[change.key] = dict(change.item)
        elif change.key in self.items:
            del self.items[change.key]


def _holds(condition: Condition | None, found: Item | None) -> bool:
    """Whether a condition holds for what stands at a key."""
    match condition:
        case None:
            return True
        case Absent():
            return found is None
        case Equals(field, value):
            return found is not None and found.get(field) == value
