"""Which proposals of a batch go to the ledger: one for each target and kind, a person's before an event's."""

from collections.abc import Sequence

from dockwarden.guard.rulings import Ruling
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.saying import again, say
from dockwarden.verdicts import Verdict


def first_of_each(ruled: Sequence[tuple[Proposal, Ruling]]) -> list[tuple[Proposal, Ruling]]:
    """One proposal for each target and kind; what another person asks for comes back, the rest are duplicates."""
    chosen: dict[tuple[str, str, str], tuple[Proposal, Ruling]] = {}
    for one in sorted(ruled, key=lambda pair: pair[0].asked is None):
        proposal = one[0]
        key = (proposal.playbook.name, proposal.action.KIND, proposal.action.target)
        first = chosen.setdefault(key, one)[0]
        if proposal is first:
            continue
        if _request(proposal) in (None, _request(first)):
            say(proposal, Verdict.IGNORE, "a duplicate within this batch")
        else:
            # Its person waits for an answer of its own, which the first one's end gives.
            again(proposal, "another request of this batch is about its target")
    return list(chosen.values())


def _request(proposal: Proposal) -> str | None:
    return proposal.asked.held.id if proposal.asked is not None else None
