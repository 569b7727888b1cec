"""What people were told of one occurrence: the same once, what has changed anew, and all of it a bounded number of times."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.actions import Action
from dockwarden.guard.shown import lasting
from dockwarden.hashing import short_hash
from dockwarden.ledger.claims import DEALT_WITH
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import HeldAction, ProposalLedger, Standing
from dockwarden.ledger.records import UnreadableRecordError
from dockwarden.ledger.store import Store
from dockwarden.ledger.told import Said, ToldLedger

MOST = 12
"""So many cards at most are about one occurrence, such as a deployment, whatever changes about it."""

ASKED_AGAIN_AFTER = timedelta(minutes=5)
"""How long after an answer that came to nothing the same may be proposed once more."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a card says, as far as a person would want to hear of it again once it is something else.

    `what` is what is wanted and the rule that stands in its way, `against` what the playbook has against it, without
    any length of time.
    """

    what: str
    against: frozenset[str] = frozenset()

    def covered_by(self, said: Said) -> bool:
        """Whether a card has said all of this: that something less stands against it is no news."""
        return said.mark == self.what and self.against <= set(said.against)


def mark_of(verdict: str, rule: str, action: Action | None = None, against: Iterable[str] = ()) -> Mark:
    """The mark of a card about an action, or about none."""
    fields = json.dumps(action.fields(), sort_keys=True) if action is not None else ""
    return Mark(
        short_hash(verdict, rule, fields), frozenset(short_hash("against", lasting(why)) for why in against)
    )


class Occasions:
    """What was told of occurrences, in this batch and before; read once for each."""

    def __init__(self, store: Store) -> None:
        self._ledger = ToldLedger(store)
        self._proposals = ProposalLedger(store)
        self._actions = ActionLedger(store)
        self._said: dict[str, tuple[Said, ...]] = {}
        self._new: set[str] = set()

    def told(self, occasion: str, mark: Mark, now: datetime) -> str | None:
        """Under which id this was told already, None where it is to be told; a proposal that has lapsed frees it."""
        said = self._of(occasion)
        same = [one for one in said if mark.covered_by(one)]
        if same and not self._has_lapsed(same[-1], now):
            return same[-1].id
        return said[-1].id if len(said) >= MOST else None

    def tell(self, occasion: str, mark: Mark, now: datetime, until: datetime | None = None) -> str:
        """The id to tell something new under, which is remembered; `until` is when it lapses unanswered."""
        said = self._of(occasion)
        again, against = sum(1 for one in said if mark.covered_by(one)), sorted(mark.against)
        # No number of their order: two functions at once give the same thing the same id, and different ones two.
        ids = (
            f"{occasion.rpartition('-')[0]}-{short_hash(occasion, mark.what, *against, str(number))}"
            for number in range(again, again + MOST)
        )
        told = next(ids) if until is None else self._not_over(ids, now)
        self._said[occasion] = (*said, Said(mark.what, told, until, tuple(against)))
        self._new.add(occasion)
        return told

    def remember(self, now: datetime) -> None:
        """Keep what is new."""
        for occasion in sorted(self._new):
            self._ledger.say(occasion, self._said[occasion], now)
        self._new.clear()

    def _of(self, occasion: str) -> tuple[Said, ...]:
        if occasion not in self._said:
            self._said[occasion] = self._ledger.said(occasion)
        return self._said[occasion]

    def _not_over(self, ids: Iterator[str], now: datetime) -> str:
        """The first id under which no proposal is over, whatever was forgotten of it: what is over cannot be kept."""
        first = next(ids)
        rest = (one for one in ids if not self._is_over(one, now))
        return next(rest, first) if self._is_over(first, now) else first

    def _is_over(self, proposal: str, now: datetime) -> bool:
        """Whether a proposal of an id was settled, or lapsed unanswered."""
        try:
            held = self._proposals.get(proposal)
        except UnreadableRecordError:
            return True
        lapsed = held is not None and held.standing is Standing.WAITING and now >= held.until
        return held is not None and (held.standing is Standing.SETTLED or lapsed)

    def _has_lapsed(self, said: Said, now: datetime) -> bool:
        """Whether its time to answer is over, or an answer came to nothing; a person who said no has answered."""
        if said.until is None:
            return False
        try:
            held = self._proposals.get(said.id)
            if held is not None and held.standing is Standing.REJECTED:
                return False
            return now >= said.until or (held is not None and self._came_to_nothing(held, now))
        except UnreadableRecordError:
            return now >= said.until

    def _came_to_nothing(self, held: HeldAction, now: datetime) -> bool:
        """Whether a person has said yes some time ago and nothing was done: what is still wanted is asked about anew."""
        if held.standing is not Standing.SETTLED or held.at is None:
            return False
        receipt = self._actions.receipt(held.intent) if held.intent is not None else None
        if receipt is not None and receipt.state in DEALT_WITH:
            return False
        return now - (receipt.closed_at if receipt is not None else held.at) >= ASKED_AGAIN_AFTER
