"""What is in disruption now because of us: a slot for each target in each of its pools, freed when it is over.

Two intents may disrupt one target, as where EC2 takes back a host that was drained of free will. Each has its own
slots, which lead to it and end with it; counted is the target, once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, denied
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, stamp, unstamp
from dockwarden.ledger.store import Absent, Change, Condition, Delete, Equals, Item, Key, Put, Store

_MOST_POOLS = 45
"""Each takes two changes of the claim's transaction, and DynamoDB takes a hundred in one."""

_COUNT = "#count"
"""The item that changes with each voluntary slot, so that two transactions cannot both take the last one."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A budget has no room now, and why; `passing` says that it was only not read, and may be a moment later."""

    why: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One target in disruption: since when and by which intent."""

    pool: str
    target: str
    intent: str
    units: int
    since: datetime


class SlotLedger:
    """Counts what is in flight. A slot stays until it is freed: what nobody has seen end is not over."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reserve(
        self, needs: Sequence[Need], target: str, intent: str, now: datetime
    ) -> list[Change] | Denied:
        """The changes that take a slot of each pool, for the transaction that writes the intent; or why not."""
        changes: list[Change] = []
        if len(needs) > _MOST_POOLS:
            return Denied(f"it would take from {len(needs)} budgets at once; {_MOST_POOLS} is the most")
        for need in needs:
            items = self._store.query(_pk(need.pool.key))
            count = next((item for item in items if item["sk"] == _COUNT), None)
            why = denied(need, _units(items), target)
            if why is not None:
                return Denied(why, isinstance(need.room, NotRead) and need.room.passing)
            changes += [_counted(need.pool.key, count), _taken(need, target, intent, now)]
        return changes

    def note(self, needs: Sequence[Need], target: str, intent: str, now: datetime) -> list[Change]:
        """The changes that count an involuntary disruption, whatever the budget says (invariant 47)."""
        return [_taken(need, target, intent, now) for need in needs]

    def in_flight(self, pool: str) -> list[Slot]:
        """The slots of a pool that are taken; a damaged one is left out here, and counts all the same."""
        return list(_slots(pool, self._store.query(_pk(pool))))

    def free(self, pools: Sequence[str], target: str, intent: str) -> None:
        """Give the slots of an intent back, pool by pool; what another one has taken for the same target stays."""
        for change in freed(pools, target, intent):
            self._store.write([change])


def freed(pools: Sequence[str], target: str, intent: str) -> list[Change]:
    """The changes that give the slots of an intent back."""
    return [Delete(_key(pool, target, intent)) for pool in pools]


def _pk(pool: str) -> str:
    return f"SLOTS#{pool}"


def _key(pool: str, target: str, intent: str) -> Key:
    return _pk(pool), f"{target}#{intent}"


def _units(items: Sequence[Item]) -> Mapping[str, int]:
    """How much is taken, by target: two intents disrupt it once."""
    units: dict[str, int] = {}
    for item in items:
        if item["sk"] != _COUNT:
            target = str(item["sk"]).rpartition("#")[0]
            units[target] = max(units.get(target, 0), _number(item.get("units")))
    return units


def _number(value: object) -> int:
    """A count as the ledger holds it; a damaged one counts as one rather than as none."""
    return value if isinstance(value, int) and value > 0 else 1


def _counted(pool: str, count: Item | None) -> Change:
    before = _read(count) if count is not None else 0
    condition: Condition = Equals("n", before) if count is not None else Absent()
    return Put({"pk": _pk(pool), "sk": _COUNT, "v": SCHEMA, "n": before + 1}, condition)


def _read(count: Item) -> int:
    """The number that the next slot has to find unchanged; without it nobody may take one."""
    if not isinstance(number := count.get("n"), int):
        raise UnreadableRecordError(f"{count['pk']} {_COUNT}", f"it is damaged (n is {number!r})")
    return number


def _taken(need: Need, target: str, intent: str, now: datetime) -> Change:
    # It has no ttl: a slot ends when somebody has seen that the disruption is over, and by no clock.
    pk, sk = _key(need.pool.key, target, intent)
    return Put({"pk": pk, "sk": sk, "v": SCHEMA, "units": need.units, "since": stamp(now)})


def _slots(pool: str, items: Sequence[Item]) -> Iterator[Slot]:
    for item in items:
        target, _, intent = str(item["sk"]).rpartition("#")
        try:
            if item["sk"] != _COUNT:
                yield Slot(pool, target, intent, _number(item.get("units")), unstamp(item.get("since")))
        except ValueError:
            continue
