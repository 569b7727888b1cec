"""What people were told without anything being done, so that they are told once, and what is held for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.ledger.records import SCHEMA, readable, stamp
from dockwarden.ledger.store import Absent, Change, Item, Put, Store

_KEPT = timedelta(days=14)
_HELD = "HELD"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was told; where it is held, the proposal is void after `until`."""

    id: str
    playbook: str
    subject: str
    reason: str
    until: datetime
    held: bool


class ToldLedger:
    """Remembers what was told and what is held."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def knows(self, told_id: str) -> bool:
        """Whether this was told already."""
        return self._store.get((f"TOLD#{told_id}", "TOLD")) is not None

    def remember(self, told: Sequence[Told], now: datetime) -> None:
        """Keep what was told; that it is kept already is success."""
        for one in told:
            self._store.write(_changes(one, now))

    def held(self, now: datetime) -> list[str]:
        """A sentence for each proposal that still waits for a person."""
        items = [readable(item) for item in self._store.query(_HELD)]
        return [str(item["sentence"]) for item in items if str(item["until"]) > stamp(now)]


def _changes(told: Told, now: datetime) -> list[Change]:
    kept: Item = {"v": SCHEMA, "ttl": int((now + _KEPT).timestamp())}
    changes: list[Change] = [Put({"pk": f"TOLD#{told.id}", "sk": "TOLD", **kept}, Absent())]
    if told.held:
        sentence = f"{told.subject} is held by {told.playbook} ({told.id}): {told.reason}"
        held: Item = {"pk": _HELD, "sk": told.id, "until": stamp(told.until), "sentence": sentence, **kept}
        changes.append(Put(held))
    return changes
