"""How many services fail together, by the histories alone."""

import json
from datetime import datetime, timedelta

from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.records import unstamp
from tests.fuzz.installation import GUARD

_NOT_COUNTED = ("spot", "host-terminated", "user", "scheduler")


def failing_together(store: MemoryStore, now: datetime) -> int:
    """The largest number of services that began to fail within the window of each other and still do.

    What has failed for long holds nothing any more.
    """
    longest = timedelta(minutes=GUARD.mass_failure_hold_minutes)
    began = [
        [
            at
            for incident in _incidents(store, str(entry["sk"]))
            if incident["closed_at"] is None and incident["cause"] not in _NOT_COUNTED
            if now - (at := unstamp(incident["opened_at"])) <= longest
        ]
        for entry in store.query("TROUBLED")
    ]
    window = timedelta(minutes=GUARD.mass_failure_minutes)
    firsts = [first for service in began for first in service]
    together = (
        sum(any(first <= at <= first + window for at in service) for service in began) for first in firsts
    )
    return max(together, default=0)


def _incidents(store: MemoryStore, key: str) -> list[dict[str, str | None]]:
    item = store.get((f"HISTORY#{key}", "HISTORY"))
    found: list[dict[str, str | None]] = json.loads(str(item["history"]))["incidents"] if item else []
    return found
