"""The ledger of actions: intents, leases and receipts on a Store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import random
from time import sleep

from dockwarden.guard.rulings import Rule
from dockwarden.ledger.claims import Claim, Standing, Terms, judge, too_soon, with_action
from dockwarden.ledger.records import (
    SCHEMA,
    Intent,
    Lease,
    Receipt,
    UnreadableRecordError,
    intent_of,
    lease_of,
    pack,
    receipt_of,
    stamp,
)
from dockwarden.ledger.slots import Denied, freed
from dockwarden.ledger.store import Absent, Change, Delete, Equals, Item, Key, Put, Store
from dockwarden.performing import State

KEPT = timedelta(days=400)
"""How long intents and receipts stay: a year and a month, for the yearly audit."""

_OPEN = "OPEN"
_CLAIM_TRIES = 8
_CLAIM_WAIT = 0.02

_MAY_HAVE_CHANGED = frozenset({State.DONE, State.UNKNOWN})
"""After these the target is, or may be, in disruption because of us."""


class ActionLedger:
    """Who is doing what to which target, and what came of it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, intent: Intent, now: datetime, terms: Terms) -> Claim:
        """Write an intent, take its target's lease and its slots, or say what stands in the way.

        All of it is one transaction, so of any number of functions one gets the target (invariant 7) and no
        budget is overdrawn (invariant 46). Where another one was faster, it is tried again with jitter.
        """
        wanted = _lease(intent, 1, now + timedelta(seconds=terms.lease_seconds))
        slots = terms.reserve()
        if not isinstance(slots, Denied) and self._store.write(
            [*self._taking(intent, wanted, Absent()), *slots]
        ):
            return Claim(Standing.CLAIMED, intent.id, 1, wanted.expires_at)
        for attempt in range(_CLAIM_TRIES):
            claim = self._claim_again(intent, wanted, now, terms)
            if claim is not None:
                return claim
            sleep(random() * _CLAIM_WAIT * 2**attempt)  # noqa: S311 - jitter
        # Others keep taking and leaving the target: let the event come back rather than compete.
        return Claim(Standing.BUSY, intent.id, 0, now)

    def _claim_again(self, intent: Intent, wanted: Lease, now: datetime, terms: Terms) -> Claim | None:
        """The claim on a target by what stands there now; None where somebody else changed it in between."""
        lease_key, receipt_key = _lease_key(intent.target), _receipt_key(intent.id)
        found = self._store.get_many((lease_key, receipt_key))
        if (item := found.get(receipt_key)) is not None:
            # The event came once more, after others have had the target.
            closed = receipt_of(item)
            return Claim(Standing.DUPLICATE, intent.id, closed.fence, now, closed.state)
        item = found.get(lease_key)
        lease = lease_of(item) if item is not None else None
        standing = judge(lease, intent, now, terms.same_occurrence) if lease else Standing.CLAIMED
        if lease and standing in (Standing.BUSY, Standing.DUPLICATE):
            return Claim(standing, lease.intent, lease.fence, lease.expires_at, lease.state)
        if lease and standing is Standing.TAKEN_OVER:
            return self._take_from_the_dead(lease, wanted.expires_at)
        recent = lease.recent if lease else ()
        if (early := too_soon(recent, now, terms)) is not None:
            return Claim(Standing.HELD_BACK, intent.id, 0, now, held_by=early[0], why=early[1])
        slots = terms.reserve()
        if isinstance(slots, Denied):
            full = Claim(Standing.HELD_BACK, intent.id, 0, now, held_by=Rule.BUDGET, why=slots.why)
            return replace(full, passing=slots.passing)
        return self._take(intent, wanted, lease, slots)

    def _take(
        self, intent: Intent, wanted: Lease, lease: Lease | None, slots: Sequence[Change]
    ) -> Claim | None:
        """Take a target that is free, whether or not somebody had it before."""
        fence, recent = (lease.fence + 1, lease.recent) if lease else (1, ())
        condition = Equals("fence", lease.fence) if lease else Absent()
        taken = replace(wanted, fence=fence, recent=recent)
        if not self._store.write([*self._taking(intent, taken, condition), *slots]):
            return None
        return Claim(Standing.CLAIMED, intent.id, fence, taken.expires_at, recent=recent)

    def _take_from_the_dead(self, lease: Lease, expires_at: datetime) -> Claim | None:
        """Take a target from a dead holder, keeping its intent."""
        taken = replace(lease, fence=lease.fence + 1, expires_at=expires_at)
        if not self._store.write([Put(_lease_item(taken), Equals("fence", lease.fence))]):
            return None
        return Claim(Standing.TAKEN_OVER, lease.intent, taken.fence, taken.expires_at, recent=lease.recent)

    def _taking(self, intent: Intent, lease: Lease, condition: Absent | Equals) -> list[Change]:
        """The transaction that takes a target for a new intent."""
        return [
            Put(_lease_item(lease), condition),
            Put({**_intent_key(intent.id), **_expiring(intent.created_at), **pack(intent)}, Absent()),
            Put({"pk": _OPEN, "sk": intent.id, "v": SCHEMA, "target": intent.target}),
        ]

    def close(
        self, intent: Intent, receipt: Receipt, recent: Sequence[str] = (), also: Sequence[Change] = ()
    ) -> bool:
        """Write a receipt and give the target back; False where a later holder has taken it (invariant 8).

        What was done stays in its budgets until somebody has seen that it is over; what was not gives its slots
        back at once. `also` is changed in the same transaction.
        """
        done = receipt.state in _MAY_HAVE_CHANGED
        lease = replace(
            _lease(intent, receipt.fence, receipt.closed_at),
            state=receipt.state,
            recent=with_action(recent, receipt.closed_at) if done else tuple(recent),
        )
        slots = [] if done else freed(list(intent.pools), intent.target, intent.id)
        pk, sk = _receipt_key(intent.id)
        return self._store.write(
            [
                Put(_lease_item(lease), Equals("fence", receipt.fence)),
                Put({"pk": pk, "sk": sk, **_expiring(receipt.closed_at), **pack(receipt)}, Absent()),
                Put(_listed(receipt)),
                Delete((_OPEN, intent.id)),
                *slots,
                *also,
            ]
        )

    def release(self, intent: Intent, fence: int, now: datetime, recent: Sequence[str] = ()) -> None:
        """Let go of a target whose action has to be tried again, so that the next try need not wait."""
        lease = replace(_lease(intent, fence, now), recent=tuple(recent))
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
        item = self._store.get(_receipt_key(intent_id))
        return receipt_of(item) if item is not None else None

    def several(self, intent_ids: Sequence[str]) -> list[tuple[Intent, Receipt]]:
        """The intents of many ids with their receipts, in few reads.

        Those without one are left out, and so are damaged ones, which keep nobody from the others.
        """
        keys = [(_intent_pk(id_), kind) for id_ in intent_ids for kind in ("INTENT", "RECEIPT")]
        found = self._store.get_many(keys)
        pairs = ((found.get(keys[n]), found.get(keys[n + 1])) for n in range(0, len(keys), 2))
        return [pair for i, r in pairs if i is not None and r is not None and (pair := _pair(i, r))]

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
        return self._take_from_the_dead(lease, now + timedelta(seconds=lease_seconds))


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
        occurrence=intent.occurrence,
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


def _pair(intent: Item, receipt: Item) -> tuple[Intent, Receipt] | None:
    try:
        return intent_of(intent), receipt_of(receipt)
    except UnreadableRecordError:
        return None


def _intent_pk(intent_id: str) -> str:
    return f"INTENT#{intent_id}"


def _receipt_key(intent_id: str) -> Key:
    return _intent_pk(intent_id), "RECEIPT"


def _batch_pk(session: str) -> str:
    return f"BATCH#{session}"


def _intent_key(intent_id: str) -> Item:
    return {"pk": _intent_pk(intent_id), "sk": "INTENT"}


def _expiring(since: datetime) -> Item:
    """DynamoDB removes the item some days after this; nothing is decided by it (invariant 10)."""
    return {"ttl": int((since + KEPT).timestamp())}
