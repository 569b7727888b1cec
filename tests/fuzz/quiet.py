"""When everything has come to rest and the sweep has run: nothing is open, nothing is held that is over."""

from collections.abc import Iterator
from datetime import timedelta

from dockwarden.guard.pools import ACCOUNT_KEY
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.ledger.store import Delete
from dockwarden.performing import State
from tests.fuzz.deeds import Deeds
from tests.fuzz.installation import Installation
from tests.runtime.harness import SWEEP

_ROUNDS = 6
_DONE_BY_US = frozenset({State.DONE, State.UNKNOWN, State.GONE, State.ALREADY})


class Quiet:
    """The end of a sequence."""

    def __init__(self, installation: Installation, deeds: Deeds) -> None:
        self._installation = installation
        self._deeds = deeds

    def left(self) -> list[str]:
        """What is still open or wrong after all is over."""
        self._mend()
        for _ in range(_ROUNDS):
            self._deliver_all()
            self._installation.town.world.advance(100)
        self._sweep()
        return [*self._open(), *self._slots(), *self._receipts()]

    def _mend(self) -> None:
        """Whatever was broken works again; what people have ordered stays."""
        installation = self._installation
        installation.endpoint.faults.faults.clear()
        installation.table.away, installation.denied = 0, False
        installation.table.store.write([Delete(("CONTROL", "MODE#damaged"))])
        installation.orders.unreadable = False
        installation.orders.listed = installation.orders.listed or ("prod", "batch")

    def _deliver_all(self) -> None:
        installation = self._installation
        for name in installation.bus.queues:
            while batch := installation.receive(name, most=100):
                installation.run(name, batch)

    def _sweep(self) -> None:
        town, bus = self._installation.town, self._installation.bus
        for _ in range(3):
            town.world.advance(600)
            bus.put("records", SWEEP, town.world.now())
            self._deliver_all()

    def _open(self) -> Iterator[str]:
        for intent in self._installation.people.actions.open_intents():
            yield f"end: {intent} is still open"

    def _slots(self) -> Iterator[str]:
        town = self._installation.town
        for slot in self._installation.people.slots.in_flight(ACCOUNT_KEY):
            if ":service/" in slot.target:
                over = town.service(slot.target)[1].primary.rollout_state != "IN_PROGRESS"
            else:
                over = town.host(slot.target)[1].status != "DRAINING"
            if over:
                yield f"end: {slot.target} is over and still holds a slot"

    def _receipts(self) -> Iterator[str]:
        """Invariants 6 and 73: every intent has its receipt, and it does not deny what was done."""
        changed = {deed.intent.id for deed in self._deeds.ours() if deed.intent is not None}
        for pk, sk in list(self._installation.table.store.items):
            if sk == "INTENT":
                actions = self._installation.people.actions
                intent, receipt = (
                    actions.intent(pk.partition("#")[2]),
                    actions.receipt(pk.partition("#")[2]),
                )
                if intent is None or receipt is None:
                    yield f"73: {pk} has no receipt"
                else:
                    yield from self._honest(intent, receipt, done=intent.id in changed)

    def _honest(self, intent: Intent, receipt: Receipt, *, done: bool) -> Iterator[str]:
        if done and receipt.state not in _DONE_BY_US:
            yield f"6, 73: {intent.id} was carried out, and its receipt says {receipt.state}"
        if receipt.state is State.DONE and intent.mode != "enforce" and intent.by is None:
            yield f"63: {intent.id} of mode {intent.mode} has a receipt that says done"
        if receipt.closed_at - intent.created_at < timedelta(minutes=-10):
            yield f"73: {intent.id} was closed before it was begun"
