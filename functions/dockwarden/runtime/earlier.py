"""What earlier tries did, and left behind, on a target that a batch comes to."""

from datetime import timedelta

from dockwarden.actions import rebuilt
from dockwarden.guard.rulings import Ruling
from dockwarden.ledger.claims import DEALT_WITH, is_one
from dockwarden.ledger.records import Intent, Lease, UnreadableRecordError
from dockwarden.performing import State
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, Result
from dockwarden.runtime.finishing import Left, finish
from dockwarden.runtime.intents import intent_of
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling


class Earlier:
    """Looks at leases where nothing is to be claimed any more."""

    def __init__(self, parts: Parts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling
        self._ledger = parts.actions

    def done_already(self, proposal: Proposal, ruling: Ruling) -> str | None:
        """Which intent has dealt, or deals, with what a refused proposal is about: then nobody need be alarmed."""
        lease = self._lease(proposal.action.target)
        if lease is None or proposal.occurred_at is None:
            return None
        wanted = intent_of(proposal, ruling, self._parts.clock.now())
        window = timedelta(seconds=proposal.playbook.same_occurrence)
        # Of an event that came once more people know what came of it; an occurrence with a name would have been
        # tried again.
        itself = lease.intent == wanted.id and proposal.occurrence is None
        if itself or (lease.state in DEALT_WITH and is_one(lease, wanted, window)):
            return f"a duplicate of {lease.intent}, {lease.state}"
        return None

    def finish_left(self, result: Result, playbook: Playbook, target: str) -> None:
        """Finish what a dead try of this playbook left open on a target that needs nothing done any more."""
        lease = self._lease(target)
        if lease is None or lease.state is not State.OPEN or lease.playbook != playbook.name:
            return
        now = self._parts.clock.now()
        claim = self._ledger.take_over(target, now, playbook.lane.function_timeout)
        intent = self._readable(lease.intent)
        if claim is None or intent is None:
            result.retry = f"its target is held by {lease.intent}"
        elif finish(self._parts, self._telling, [Left(intent, claim)]) == 0:
            result.retry = f"what became of {intent.id} could not be read"

    def _readable(self, intent_id: str) -> Intent | None:
        """An intent that can be read and acted upon; None where it is missing, damaged or a newer version's."""
        try:
            intent = self._ledger.intent(intent_id)
            if intent is not None:
                rebuilt(intent.kind, intent.action)
        except UnreadableRecordError:
            return None
        return intent

    def _lease(self, target: str) -> Lease | None:
        try:
            return self._ledger.lease(target)
        except UnreadableRecordError:
            return None
