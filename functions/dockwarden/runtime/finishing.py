"""Intents that were left open by a function that died: found, read, told and closed."""

from dataclasses import replace

from dockwarden.actions import rebuilt
from dockwarden.guard.modes import Mode
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import SETTLED, Effect, State
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling

_LEASE_SECONDS = 60


def finish_open(parts: Parts) -> int:
    """Close every intent whose holder died, by what can be read now; how many there were.

    Nothing is done again here: whoever's time it was is over, and the event's own lane tries as long as
    there is time. An intent whose outcome cannot be read stays open for the next sweep.
    """
    telling, now = Telling(parts), parts.clock.now()
    closing: list[tuple[Intent, Receipt]] = []
    for intent_id, target in parts.actions.open_intents().items():
        intent = parts.actions.intent(intent_id)
        claim = parts.actions.take_over(target, now, _LEASE_SECONDS)
        if intent is None or claim is None or claim.intent != intent_id:
            continue
        effect = _effect(parts, intent)
        if effect.state is State.UNKNOWN:
            continue
        telling.action(intent, rebuilt(intent.kind, intent.action), effect)
        closing.append((intent, Receipt(intent_id, effect.state, effect.words, now, claim.fence)))
    telling.send()
    for intent, receipt in closing:
        parts.actions.close(intent, receipt)
    return len(closing)


def _effect(parts: Parts, intent: Intent) -> Effect:
    """What an intent came to, as far as reading shows."""
    if not intent.mode.startswith(Mode.ENFORCE):
        return Effect(State.OBSERVED, "observed")
    effect = parts.performer.verify([rebuilt(intent.kind, intent.action)])[0]
    if effect.state in SETTLED or effect.state is State.UNKNOWN:
        return effect
    words = f"{effect.words}: the function that was to do it ended before it could, and its time is over"
    return replace(effect, words=words)
