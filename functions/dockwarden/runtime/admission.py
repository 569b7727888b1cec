"""Under which terms an action may take its target: lease, cooldown, cap, and a slot of every budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dockwarden.guard.budgets import Need
from dockwarden.guard.modes import Mode
from dockwarden.guard.pools import ACCOUNT_KEY
from dockwarden.guard.rulings import Rule, Ruling
from dockwarden.ledger.claims import Reserve, Terms
from dockwarden.ledger.records import Intent
from dockwarden.ledger.slots import Denied
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.parts import Parts


@dataclass(frozen=True, slots=True)
class Going:
    """A proposal that the guard let go, with its intent."""

    proposal: Proposal
    ruling: Ruling
    intent: Intent

    @property
    def voluntary(self) -> bool:
        """Whether it disrupts of free will: not what happens anyway, nor what only brings back."""
        return not self.proposal.playbook.involuntary and self.intent.undoes is None

    @property
    def uncooled(self) -> bool:
        """Whether a person wants it done although its target has not cooled down."""
        asked = self.proposal.asked
        return asked is not None and asked.approval.lets(Rule.COOLDOWN, "")


class Admission:
    """Reads what the budgets need and makes the terms of a claim."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def takes_from_a_budget(self, going: Going) -> bool:
        """Whether it is held up by a full budget: what is only observed takes nothing."""
        return going.voluntary and going.ruling.mode is Mode.ENFORCE

    def of(self, going: Going) -> tuple[Intent, Terms]:
        """The intent, with the budgets that it counts in, and the terms of its claim."""
        playbook, guard = going.proposal.playbook, self._parts.config.guard
        terms = Terms(
            # A function is cut off at its timeout, so that a lease of that length outlives its holder.
            lease_seconds=playbook.lane.function_timeout,
            same_occurrence=timedelta(seconds=playbook.same_occurrence),
        )
        if going.ruling.mode is not Mode.ENFORCE:
            # Who only observes changes nothing that another one would have to wait for.
            return going.intent, replace(terms, lease_seconds=0)
        cooled = going.voluntary and not going.uncooled
        terms = replace(
            terms,
            cooldown=guard.cooldown if cooled else timedelta(0),
            most=guard.actions_per_target,
            window=guard.actions_window,
        )
        return self._with_slots(going, terms)

    def _with_slots(self, going: Going, terms: Terms) -> tuple[Intent, Terms]:
        """The same with a slot of each budget; an undo only gives back, and takes none."""
        if going.intent.undoes is not None:
            return going.intent, terms
        if going.voluntary and (full := self._full(going)) is not None:
            return going.intent, replace(terms, reserve=lambda: full)
        capacity, action = self._parts.capacity, going.proposal.action
        needs = capacity.needs(action) if going.voluntary else capacity.pools(action)
        intent = replace(going.intent, pools={need.pool.key: need.pool.name for need in needs})
        return intent, replace(terms, reserve=self._reserving(intent, needs, going))

    def _full(self, going: Going) -> Denied | None:
        """Whether the account's budget is taken: then nothing is read of ECS, however many events wait for it."""
        of_all = [
            need for need in self._parts.capacity.pools(going.proposal.action) if need.pool.key == ACCOUNT_KEY
        ]
        found = self._parts.slots.reserve(
            of_all, going.intent.target, going.intent.id, going.intent.created_at
        )
        return found if isinstance(found, Denied) else None

    def _reserving(self, intent: Intent, needs: Sequence[Need], going: Going) -> Reserve:
        slots, now = self._parts.slots, self._parts.clock.now()
        if not going.voluntary:
            return lambda: slots.note(needs, intent.target, intent.id, now)
        return lambda: slots.reserve(needs, intent.target, intent.id, now)
