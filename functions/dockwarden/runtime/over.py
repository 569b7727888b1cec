"""What is no longer in disruption: its slots are given back, once reading shows that it is over."""

from datetime import timedelta

from dockwarden.actions import Action, rebuilt
from dockwarden.guard.pools import ACCOUNT_KEY
from dockwarden.ledger.records import Intent, UnreadableRecordError
from dockwarden.performing import State
from dockwarden.runtime.parts import Parts

_LAG = timedelta(minutes=2)
"""For how long after a call ECS may still answer what was before it, as with a drain that reads ACTIVE."""

_UNSEEN = timedelta(minutes=15)
"""For how long at most a service that does not show what we deployed is taken for one that does not show it yet."""


def free_what_is_over(parts: Parts) -> int:
    """Give back the slots of all disruptions that are over; how many.

    Every disruption has a slot in the account's pool, which leads to its intent and so to its other pools.
    """
    slots = parts.slots.in_flight(ACCOUNT_KEY)
    settled = [found for slot in slots if (found := _settled(parts, slot.intent)) is not None]
    over = parts.performer.over([action for _, action, _ in settled])
    ended = [one for one, is_over in zip(settled, over, strict=True) if is_over]
    freed = [intent for intent, action, age in ended if age > _UNSEEN or _is_seen(parts, intent, action)]
    for intent in freed:
        # The account's last: it leads to the others, should this be cut off in between.
        pools = sorted(intent.pools, key=lambda pool: pool == ACCOUNT_KEY)
        parts.slots.free(pools, intent.target, intent.id)
    return len(freed)


def _is_seen(parts: Parts, intent: Intent, action: Action) -> bool:
    """Whether ECS shows what we deployed, or what came after it: what it shows else is from before our call."""
    if not action.ON_SERVICE:
        return True
    return parts.performer.verify([action], intent.created_at)[0].state is not State.FAILED


def _settled(parts: Parts, intent_id: str) -> tuple[Intent, Action, timedelta] | None:
    """An intent whose receipt is some minutes old, with its action and that age.

    One that cannot be read keeps its slots, and no other from being freed.
    """
    try:
        intent, receipt = parts.actions.intent(intent_id), parts.actions.receipt(intent_id)
        age = parts.clock.now() - receipt.closed_at if receipt is not None else timedelta(0)
        if intent is None or age < _LAG:
            return None
        return intent, rebuilt(intent.kind, intent.action), age
    except UnreadableRecordError:
        return None
