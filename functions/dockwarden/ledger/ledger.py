"""The ledger of actions: intents, leases and receipts on a Store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dockwarden.ledger.claims import Claim, Standing, judge
from dockwarden.ledger.records import (
    SCHEMA,
    Intent,
    Lease,
    Receipt,
    intent_of,
    lease_of,
    pack,
    receipt_of,
    stamp,
)
from dockwarden.ledger.store import Absent, Change, Delete, Equals, Item, Key, Put, Store
from dockwarden.performing import State

KEPT = timedelta(days=400)
"""How long intents and receipts stay: a year and a month, for the yearly audit."""

_OPEN = "OPEN"
_CLAIM_TRIES = 5


class ActionLedger:
    """Who is doing what to which target, and what came of it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, intent: Intent, now: datetime, lease_seconds: int, same_occurrence: timedelta) -> Claim:
        """Write an intent and take its target's lease, or say what stands in the way.

        Both are one transaction, so of any number of functions one gets the target (invariant 7).
        """
        wanted = _lease(intent, 1, now + timedelta(seconds=lease_seconds))
        if self._store.write(self._taking(intent, wanted, Absent())):
            return Claim(Standing.CLAIMED, intent.id, 1, wanted.expires_at)
        for _ in range(_CLAIM_TRIES):
            claim = self._claim_again(intent, wanted, now, same_occurrence)
            if claim is not None:
                return claim
        # Others keep taking and leaving the target: let the event come back rather than compete.
        return Claim(Standing.BUSY, intent.id, 0, now)

    def _claim_again(
        self, intent: Intent, wanted: Lease, now: datetime, same_occurrence: timedelta
    ) -> Claim | None:
        """The claim on a target that has a lease; None where somebody else changed it in between."""
        item = self._store.get(_lease_key(intent.target))
        if item is None:
            taken = self._store.write(self._taking(intent, wanted, Absent()))
            return Claim(Standing.CLAIMED, intent.id, 1, wanted.expires_at) if taken else None
        lease = lease_of(item)
        standing = judge(lease, intent, now, same_occurrence)
        if standing in (Standing.BUSY, Standing.DUPLICATE):
            return Claim(standing, lease.intent, lease.fence, lease.expires_at, lease.state)
        return self._supersede(intent, wanted, lease, standing)

    def _supersede(self, intent: Intent, wanted: Lease, lease: Lease, standing: Standing) -> Claim | None:
        """Take a target from a dead holder, keeping its intent, or from one that is done with it."""
        fence, unchanged = lease.fence + 1, Equals("fence", lease.fence)
        if standing is Standing.TAKEN_OVER:
            taken = replace(lease, fence=fence, expires_at=wanted.expires_at)
            changes: list[Change] = [Put(_lease_item(taken), unchanged)]
        else:
            taken = replace(wanted, fence=fence)
            changes = self._taking(intent, taken, unchanged)
        if not self._store.write(changes):
            return None
        return Claim(standing, taken.intent, fence, taken.expires_at)

    def _taking(self, intent: Intent, lease: Lease, condition: Absent | Equals) -> list[Change]:
        """The transaction that takes a target for a new intent."""
        return [
            Put(_lease_item(lease), condition),
            Put({**_intent_key(intent.id), **_expiring(intent.created_at), **pack(intent)}, Absent()),
            Put({"pk": _OPEN, "sk": intent.id, "v": SCHEMA, "target": intent.target}),
        ]

    def close(self, intent: Intent, receipt: Receipt) -> bool:
        """Write a receipt and give the target back; False where a later holder has taken it (invariant 8)."""
        lease = replace(_lease(intent, receipt.fence, receipt.closed_at), state=receipt.state)
        receipt_key = {"pk": _intent_key(intent.id)["pk"], "sk": "RECEIPT"}
        return self._store.write(
            [
                Put(_lease_item(lease), Equals("fence", receipt.fence)),
                Put({**receipt_key, **_expiring(receipt.closed_at), **pack(receipt)}, Absent()),
                Put(_listed(receipt)),
                Delete((_OPEN, intent.id)),
            ]
        )

    def release(self, intent: Intent, fence: int, now: datetime) -> None:
        """Let go of a target whose action has to be tried again, so that the next try need not wait."""
        lease = _lease(intent, fence, now)
        self._store.write([Put(_lease_item(lease), Equals("fence", fence))])

    def note_batch(self, session: str, intents: Sequence[str], now: datetime) -> None:
        """Keep which intents one call is about, so that its session in CloudTrail leads to their receipts."""
        item: Item = {"pk": _batch_pk(session), "sk": "INTENTS", "v": SCHEMA, "intents": json.dumps(intents)}
        self._store.write([Put({**item, **_expiring(now)})])

    def batch(self, session: str) -> list[str]:
        """The intents that a call under a batch's session was about; none where there is no such batch."""
        item = self._store.get((_batch_pk(session), "INTENTS"))
        return [str(intent) for intent in json.loads(str(item["intents"]))] if item is not None else []

    def intent(self, intent_id: str) -> Intent | None:
        """The intent of an id."""
        item = self._store.get((_intent_pk(intent_id), "INTENT"))
        return intent_of(item) if item is not None else None

    def receipt(self, intent_id: str) -> Receipt | None:
        """The receipt of an intent, None while there is none."""
        item = self._store.get((_intent_pk(intent_id), "RECEIPT"))
        return receipt_of(item) if item is not None else None

    def lease(self, target: str) -> Lease | None:
        """The lease on a target, held or given back."""
        item = self._store.get(_lease_key(target))
        return lease_of(item) if item is not None else None

    def open_intents(self) -> Mapping[str, str]:
        """The targets of the intents that have no receipt yet, by intent."""
        return {str(item["sk"]): str(item["target"]) for item in self._store.query(_OPEN)}

    def closed_since(self, since: datetime, now: datetime) -> list[str]:
        """The intents whose receipts were written since a moment, oldest first."""
        days = [since.date() + timedelta(days=n) for n in range((now.date() - since.date()).days + 1)]
        items = [item for day in days for item in self._store.query(f"RECEIPTS#{day.isoformat()}")]
        return [str(item["intent"]) for item in items if str(item["sk"]) >= stamp(since)]

    def take_over(self, target: str, now: datetime, lease_seconds: int) -> Claim | None:
        """Take a target whose holder died, to find out what it did; None where nobody has to."""
        lease = self.lease(target)
        if lease is None or lease.state is not State.OPEN or now < lease.expires_at:
            return None
        taken = replace(lease, fence=lease.fence + 1, expires_at=now + timedelta(seconds=lease_seconds))
        if not self._store.write([Put(_lease_item(taken), Equals("fence", lease.fence))]):
            return None
        return Claim(Standing.TAKEN_OVER, lease.intent, taken.fence, taken.expires_at)


def _lease(intent: Intent, fence: int, expires_at: datetime) -> Lease:
    return Lease(
        target=intent.target,
        intent=intent.id,
        playbook=intent.playbook,
        kind=intent.kind,
        fence=fence,
        expires_at=expires_at,
        occurred_at=intent.occurred_at,
        state=State.OPEN,
    )


def _listed(receipt: Receipt) -> Item:
    """The entry that lists a receipt under its day."""
    return {
        "pk": f"RECEIPTS#{receipt.closed_at.date().isoformat()}",
        "sk": f"{stamp(receipt.closed_at)}#{receipt.intent}",
        "v": SCHEMA,
        "intent": receipt.intent,
        **_expiring(receipt.closed_at),
    }


def _lease_item(lease: Lease) -> Item:
    pk, sk = _lease_key(lease.target)
    return {"pk": pk, "sk": sk, **_expiring(lease.expires_at), **pack(lease)}


def _lease_key(target: str) -> Key:
    return f"TARGET#{target}", "LEASE"


def _intent_pk(intent_id: str) -> str:
    return f"INTENT#{intent_id}"


def _batch_pk(session: str) -> str:
    return f"BATCH#{session}"


def _intent_key(intent_id: str) -> Item:
    return {"pk": _intent_pk(intent_id), "sk": "INTENT"}


def _expiring(since: datetime) -> Item:
    """DynamoDB removes the item some days after this; nothing is decided by it (invariant 10)."""
    return {"ttl": int((since + KEPT).timestamp())}
