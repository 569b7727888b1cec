"""What an uninstall would leave behind: what was done a moment ago, and what waits for a person."""

from datetime import timedelta

from dockwarden.actions import DrainContainerInstance, rebuilt
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from dockwarden.runtime.parts import Parts

LIVE = timedelta(seconds=150)
"""How long after its drain a reclaimed host may still be there; EC2 takes it two minutes after the warning."""


def remaining(parts: Parts) -> list[str]:
    """A sentence for each intent without a receipt, each action of a moment ago, and each hold."""
    now, ledger = parts.clock.now(), parts.actions
    left = [f"{intent} on {target} has no receipt yet" for intent, target in ledger.open_intents().items()]
    for intent_id in ledger.closed_since(now - LIVE, now):
        receipt, intent = ledger.receipt(intent_id), ledger.intent(intent_id)
        if receipt is not None and intent is not None and receipt.state is State.DONE:
            left.append(_just_done(intent, receipt))
    waiting = parts.proposals.waiting(now)
    return left + [f"{one.subject} is held by {one.playbook} ({one.id}): {one.held_for}" for one in waiting]


def _just_done(intent: Intent, receipt: Receipt) -> str:
    """A drain whose host may still be there, or something else of which nobody has seen what comes of it."""
    if intent.kind == DrainContainerInstance.KIND:
        until = receipt.closed_at + LIVE
        return f"{intent.subject} is draining ({intent.id}) until about {until:%H:%M:%S} UTC"
    done = rebuilt(intent.kind, intent.action).DONE
    return f"{intent.subject} was {done} ({intent.id}) at {receipt.closed_at:%H:%M:%S} UTC"
