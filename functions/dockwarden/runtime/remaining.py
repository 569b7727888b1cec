"""What an uninstall would leave behind: drains that are under way, and what waits for a person."""

from datetime import timedelta

from dockwarden.performing import State
from dockwarden.runtime.parts import Parts

LIVE = timedelta(seconds=150)
"""How long after its drain a reclaimed host may still be there; EC2 takes it two minutes after the warning."""


def remaining(parts: Parts) -> list[str]:
    """A sentence for each intent without a receipt, each drain whose host may still be there, and each hold."""
    now, ledger = parts.clock.now(), parts.actions
    left = [f"{intent} on {target} has no receipt yet" for intent, target in ledger.open_intents().items()]
    for intent_id in ledger.closed_since(now - LIVE, now):
        receipt, intent = ledger.receipt(intent_id), ledger.intent(intent_id)
        if receipt is not None and intent is not None and receipt.state is State.DONE:
            until = receipt.closed_at + LIVE
            left.append(f"{intent.subject} is draining ({intent_id}) until about {until:%H:%M:%S} UTC")
    waiting = parts.proposals.waiting(now)
    return left + [
        f"{one.subject} is held by {one.playbook} ({one.id}): {one.why or one.reason}" for one in waiting
    ]
