"""An approved action that an earlier try has begun and something holds now: first what that try came to."""

from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from dockwarden.runtime.arrivals import Proposal
from dockwarden.runtime.finishing import Left, finish, outcome
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.requests import Asked
from dockwarden.runtime.saying import again, say
from dockwarden.runtime.telling import Telling
from dockwarden.verdicts import Verdict


def hold_begun(
    parts: Parts, telling: Telling, proposal: Proposal, one: tuple[Asked, Intent], held_by: tuple[str, str]
) -> None:
    """Finish what the earlier try did; only where it certainly did nothing does the proposal wait again."""
    (asked, intent), (rule, why) = one, held_by
    now = parts.clock.now()
    claim = parts.actions.take_over(intent.target, now, proposal.playbook.lane.function_timeout)
    if claim is None or claim.intent != intent.id:
        again(proposal, f"an earlier try of {intent.id} may still be at work")
    elif outcome(parts, intent).state is State.FAILED:
        waits = parts.proposals.waiting_on(asked.held, rule, why, proposal.action, proposal.decision.against)
        receipt = Receipt(intent.id, State.REFUSED, f"held before the call: {why}", now, claim.fence)
        parts.actions.close(intent, receipt, claim.recent, [waits])
        telling.waits_again(proposal, asked.held, rule, why)
        say(proposal, Verdict.HOLD, why, (proposal.action,))
    elif finish(parts, telling, [Left(intent, claim)]):
        say(proposal, Verdict.ACT, f"{intent.reason}: an earlier try had begun it", (proposal.action,))
    else:
        again(proposal, f"what became of {intent.id} could not be read")
