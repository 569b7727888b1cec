"""What came of a proposal, for the result of its arrival."""

from dockwarden.actions import Action
from dockwarden.runtime.arrivals import Proposal
from dockwarden.verdicts import Outcome, Verdict


def say(proposal: Proposal, verdict: Verdict, reason: str, actions: tuple[Action, ...] = ()) -> None:
    """Add what came of a proposal."""
    proposal.result.outcomes.append(
        Outcome(
            playbook=proposal.playbook.name,
            verdict=verdict,
            reason=reason,
            target=proposal.action.target,
            cause=proposal.decision.cause,
            incident=proposal.decision.incident,
            actions=actions,
        )
    )


def again(proposal: Proposal, why: str) -> None:
    """Have the event of a proposal brought back by its lane."""
    proposal.result.retry = why
    say(proposal, Verdict.IGNORE, f"not yet: {why}")
