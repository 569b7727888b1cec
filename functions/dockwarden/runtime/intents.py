"""What is about to be done, as the ledger keeps it: made of a proposal that the guard let go."""

from datetime import datetime, timedelta

from dockwarden.guard.rulings import Ruling
from dockwarden.ledger.records import Intent, intent_id
from dockwarden.runtime.arrivals import Proposal


def intent_of(proposal: Proposal, ruling: Ruling, now: datetime) -> Intent:
    """The intent of a proposal; its id is the same each time that its event or request comes."""
    action, playbook, asked = proposal.action, proposal.playbook, proposal.asked
    occurred_at = proposal.occurred_at or now
    return Intent(
        id=intent_id(playbook.name, action.KIND, action.target, proposal.occurrence or occurred_at),
        playbook=playbook.name,
        kind=action.KIND,
        target=action.target,
        subject=proposal.decision.subject,
        action=action.fields(),
        mode=ruling.mode,
        why=ruling.reason,
        reason=proposal.decision.reason,
        occurred_at=occurred_at,
        created_at=now,
        retried_until=now + timedelta(seconds=playbook.lane.retry_seconds),
        transcript=dict(proposal.transcript),
        cause=proposal.decision.cause,
        before=action.before,
        by=asked.approval.by if asked else None,
        undoes=asked.held.undoes if asked else None,
        incident=proposal.decision.incident,
        occurrence=proposal.decision.occurrence,
    )
