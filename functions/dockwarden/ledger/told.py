"""What people were told without anything being done, so that they are told once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dockwarden.ledger.proposals import KEPT
from dockwarden.ledger.records import SCHEMA, stamp, unstamp
from dockwarden.ledger.store import Absent, Item, Key, Put, Store


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was told of an occurrence: a mark of what it said, its id, and until when it waits for an answer.

    `against` are hashes of what it said against doing it.
    """

    mark: str
    id: str
    until: datetime | None = None
    against: tuple[str, ...] = ()


class ToldLedger:
    """Remembers what was told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def knows(self, told_id: str) -> bool:
        """Whether this was told already."""
        return self._store.get((f"TOLD#{told_id}", "TOLD")) is not None

    def which(self, told_ids: Sequence[str]) -> frozenset[str]:
        """Those of some ids that were told already, in few reads."""
        keys: dict[Key, str] = {(f"TOLD#{told_id}", "TOLD"): told_id for told_id in told_ids}
        return frozenset(keys[key] for key in self._store.get_many(list(keys))) if keys else frozenset()

    def remember(self, told: Sequence[str], now: datetime) -> None:
        """Keep what was told, by its id; that it is kept already is success."""
        for told_id in told:
            kept = {"v": SCHEMA, "ttl": int((now + KEPT).timestamp())}
            self._store.write([Put({"pk": f"TOLD#{told_id}", "sk": "TOLD", **kept}, Absent())])

    def said(self, occasion: str) -> tuple[Said, ...]:
        """What was told of an occurrence, in order; nothing where that is damaged, so that it is told once more."""
        item = self._store.get((f"TOLD#{occasion}", "SAID"))
        try:
            entries = json.loads(str(item["said"])) if item is not None else []
            return tuple(Said(m, i, unstamp(u) if u else None, tuple(a)) for m, i, u, a in entries)
        except (KeyError, ValueError, TypeError):
            return ()

    def say(self, occasion: str, said: Sequence[Said], now: datetime) -> None:
        """Keep what was told of an occurrence; of two writers at once the later one stays, and the other tells twice."""
        entries = [(s.mark, s.id, stamp(s.until) if s.until else None, s.against) for s in said]
        kept: Item = {"v": SCHEMA, "ttl": int((now + KEPT).timestamp()), "said": json.dumps(entries)}
        self._store.write([Put({"pk": f"TOLD#{occasion}", "sk": "SAID", **kept})])
