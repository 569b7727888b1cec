"""The few primitives that the ledger needs of a table, so that DynamoDB and memory differ in nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Value: TypeAlias = str | int | None
"""What an attribute may hold; documents are kept as JSON text."""

Item: TypeAlias = dict[str, Value]
Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Absent:
    """Holds where no item has this key."""


@dataclass(frozen=True, slots=True)
class Equals:
    """Holds where an item exists and its field has this value."""

    field: str
    value: str | int


Condition: TypeAlias = Absent | Equals


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item, under a condition on what stands there now."""

    item: Item
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        """Partition and sort key of the item."""
        return str(self.item["pk"]), str(self.item["sk"])


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item, under a condition; that it is gone already is success."""

    key: Key
    condition: Condition | None = None


Change: TypeAlias = Put | Delete


class Store(Protocol):
    """A table with a partition key `pk` and a sort key `sk`. Every method raises LedgerUnavailableError."""

    def get(self, key: Key) -> Item | None:
        """The item of a key, read consistently."""

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        """The items of many keys, read consistently; those that do not exist are left out."""

    def query(self, pk: str) -> list[Item]:
        """All items of a partition in the order of their sort keys, read consistently."""

    def write(self, changes: Sequence[Change]) -> bool:
        """Make all changes or none; False where a condition did not hold."""
