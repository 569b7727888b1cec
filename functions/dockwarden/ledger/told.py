"""What people were told without anything being done, so that they are told once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dockwarden.ledger.records import SCHEMA
from dockwarden.ledger.store import Absent, Key, Put, Store

_KEPT = timedelta(days=14)


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
            kept = {"v": SCHEMA, "ttl": int((now + _KEPT).timestamp())}
            self._store.write([Put({"pk": f"TOLD#{told_id}", "sk": "TOLD", **kept}, Absent())])
