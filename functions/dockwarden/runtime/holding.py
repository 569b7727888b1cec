"""What the guard holds: kept as a proposal that a person can answer, and told without flooding anybody."""

from datetime import datetime, timedelta

from dockwarden.actions import Unaimed, kind_of
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.mass_failure import MassFailure
from dockwarden.guard.rulings import Rule
from dockwarden.hashing import short_hash
from dockwarden.ledger.proposals import HeldAction
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.begun import hold_begun
from dockwarden.runtime.keeping import event_of, facts_of
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.requests import Asked
from dockwarden.runtime.saying import say
from dockwarden.runtime.telling import Telling
from dockwarden.verdicts import Verdict, Words

OWNER_TAG = "dockwarden:owner"
_TOLD_AGAIN_AFTER = 15 * 60
"""How many seconds one card stands for all that the same holds in the same place, at most its own time to answer."""

_TOLD_ONCE = frozenset({Rule.BUDGET, Rule.CAP, Rule.COOLDOWN, Rule.FREEZE, Rule.HANDS_OFF, Rule.STACK})
"""What holds many at once for one reason; what waits for an approval each says something of its own."""


class Holding:
    """Keeps and tells what is held in one batch."""

    def __init__(self, parts: Parts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling

    def hold(self, proposal: Proposal, rule: Rule, why: str, together: MassFailure | None = None) -> None:
        """Hold an action; of what a person has asked for already, say what holds it now."""
        if proposal.asked is not None:
            self._hold_again(proposal, proposal.asked, rule, why or _unseen(proposal, proposal.asked))
            return
        page = self._page(together) if together is not None else None
        until, quietly_as = self._until(proposal), page or self._told_for_all(proposal, rule)
        told_id = self._telling.held(proposal, (rule, why), until, quietly_as)
        if told_id is not None:
            held = self._held(proposal, rule, why, told_id)
            about_one = proposal.decision.occurrence is not None
            (self._telling.keep_instead if about_one else self._telling.keep)(held)

    def _hold_again(self, proposal: Proposal, asked: Asked, rule: Rule, why: str) -> None:
        if asked.begun is not None:
            hold_begun(self._parts, self._telling, proposal, (asked, asked.begun), (rule, why))
            return
        against = proposal.decision.against
        self._parts.proposals.wait_on(asked.held, rule, why, proposal.action, against)
        self._telling.waits_again(proposal, asked.held, rule, why)
        say(proposal, Verdict.HOLD, why, (proposal.action,))

    def _held(self, proposal: Proposal, rule: Rule, why: str, told_id: str) -> HeldAction:
        now, action, playbook = self._parts.clock.now(), proposal.action, proposal.playbook
        return HeldAction(
            id=told_id,
            playbook=playbook.name,
            kind=kind_of(action),
            target=proposal.decision.subject if isinstance(action, Unaimed) else action.target,
            action=action.fields(),
            subject=proposal.decision.subject,
            sentence=action.sentence(),
            rule=rule,
            why=why,
            reason=proposal.decision.reason,
            until=self._until(proposal),
            created_at=now,
            owner=self._owner(proposal),
            event=event_of(proposal.transcript),
            facts=facts_of(proposal.transcript),
            unaimed=isinstance(action, Unaimed),
            objections=() if isinstance(action, Unaimed) else proposal.decision.against,
        )

    def _until(self, proposal: Proposal) -> datetime:
        now = self._parts.clock.now()
        began = min(proposal.event.envelope.time or now, now)
        return began + timedelta(seconds=proposal.playbook.approve_within)

    def _owner(self, proposal: Proposal) -> str | None:
        """Who answers for the place, as a tag of the service, else of the cluster, says."""
        for arn in (proposal.action.service_arn, proposal.action.cluster_arn):
            tags = self._parts.scopes.tags(arn) if arn else {}
            if not isinstance(tags, NotRead) and tags.get(OWNER_TAG):
                return tags[OWNER_TAG]
        return None

    def _told_for_all(self, proposal: Proposal, rule: Rule) -> str | None:
        """The id of the one card that stands for many of this kind, None where each has its own."""
        if rule not in _TOLD_ONCE:
            return None
        playbook = proposal.playbook
        bucket = int(self._parts.clock.now().timestamp() // min(_TOLD_AGAIN_AFTER, playbook.approve_within))
        of = short_hash(playbook.name, proposal.action.cluster_arn or "", str(bucket))
        return f"{playbook.name}-{rule}-{of}"

    def _page(self, together: MassFailure) -> str:
        """Page once about services that fail together; the id of the page."""
        words = Words(
            "Automation holds",
            together.sentence(),
            (
                ("First", together.named()),
                ("Not done", "nothing is rolled back or drained of free will while it lasts"),
                ("Next", "look for what they have in common; dockwarden approve lets single actions go"),
            ),
        )
        return self._telling.page(together.marks, f"{len(together.services)} services", words)


def _unseen(proposal: Proposal, asked: Asked) -> str:
    """What the playbook has against it by now of which its approver was shown nothing."""
    return "; ".join(asked.objected(proposal.decision)) or proposal.decision.reason
