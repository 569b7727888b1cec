"""Intents that were left open by a function that died: found, read, told and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.actions import rebuilt
from dockwarden.errors import TryAgainError
from dockwarden.guard.modes import Mode
from dockwarden.ledger.claims import Claim
from dockwarden.ledger.records import REQUEST, Intent, Receipt, UnreadableRecordError
from dockwarden.ledger.store import Change
from dockwarden.performing import Effect, State
from dockwarden.runtime.aftermath import remember
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling

_LEASE_SECONDS = 60
_GIVEN_UP_AFTER = timedelta(hours=1)
"""How long an intent whose outcome cannot be read is looked at again before people are told that nobody knows."""


@dataclass(frozen=True, slots=True)
class Left:
    """An intent that somebody left open, and our claim on its target."""

    intent: Intent
    claim: Claim


def finish_open(parts: Parts) -> int:
    """Close every intent that nobody will call back, by what can be read now; how many there were.

    Nothing is done again here: as long as there is time, the event's own lane brings it back.
    """
    now, telling = parts.clock.now(), Telling(parts)
    left = [found for one in parts.actions.open_intents().items() if (found := _left(parts, *one, now))]
    return finish(parts, telling, left)


def finish(parts: Parts, telling: Telling, left: Sequence[Left]) -> int:
    """Tell about intents that were left open and close them, as far as reading shows what became of them."""
    closing: list[tuple[Left, Effect]] = []
    for one in left:
        effect = outcome(parts, one.intent)
        if effect.retry:
            parts.actions.release(one.intent, one.claim.fence, parts.clock.now(), one.claim.recent)
        else:
            action = rebuilt(one.intent.kind, one.intent.action)
            telling.action(one.intent, action, effect)
            closing.append((one, effect))
    telling.send()
    return sum(_closed(parts, one, effect) for one, effect in closing)


def _closed(parts: Parts, one: Left, effect: Effect) -> bool:
    """Close an intent, once what it means is remembered; False where it stays open for the next sweep."""
    now, intent = parts.clock.now(), one.intent
    try:
        remember(parts, intent, rebuilt(intent.kind, intent.action), effect)
    except (TryAgainError, UnreadableRecordError) as error:
        # Imported late: `decide` has no log, and no use for what makes one.
        from dockwarden.runtime.telemetry import logger  # noqa: PLC0415

        logger.error("intent left open", extra={"intent": intent.id, "why": str(error)})
        parts.actions.release(intent, one.claim.fence, now, one.claim.recent)
        return False
    inverse = _inverse(intent) if effect.state is State.DONE else None
    receipt = Receipt(intent.id, effect.state, effect.words, now, one.claim.fence, inverse=inverse)
    parts.actions.close(intent, receipt, one.claim.recent, settling(parts, intent, effect))
    supersede_waiting(parts, intent, effect)
    return True


def supersede_waiting(parts: Parts, intent: Intent, effect: Effect) -> None:
    """Settle what waits about an occurrence that an intent has ended: it is about something that is over."""
    if effect.state is State.DONE and intent.occurrence is not None:
        parts.proposals.supersede({(intent.playbook, intent.target): intent.id}, parts.clock.now())


def settling(parts: Parts, intent: Intent, effect: Effect) -> list[Change]:
    """The change that tells the person who asked for an intent what came of it; none where nobody did.

    It belongs to the transaction of the receipt: what is settled is not looked at again.
    """
    request = intent.transcript.get(REQUEST)
    try:
        held = parts.proposals.get(str(request)) if request else None
    except UnreadableRecordError:
        # What was done has its receipt all the same.
        return []
    if held is None:
        return []
    return [parts.proposals.settled(held, f"{effect.state}: {effect.words}", intent.id)]


def _inverse(intent: Intent) -> str | None:
    """What takes an intent back; an undo is not undone."""
    if intent.undoes is not None:
        return None
    inverse = rebuilt(intent.kind, intent.action).inverse()
    return inverse.sentence() if inverse else None


def outcome(parts: Parts, intent: Intent) -> Effect:
    """What an intent came to, by reading alone; `retry` where that cannot be read yet."""
    if intent.mode != Mode.ENFORCE:
        return Effect(State.OBSERVED, "observed")
    effect = parts.performer.verify([rebuilt(intent.kind, intent.action)], intent.created_at)[0]
    if effect.state is State.GONE:
        return Effect(State.UNKNOWN, f"{effect.words}; whether the call was made in time is not known")
    if effect.state is State.UNKNOWN:
        given_up = parts.clock.now() - intent.created_at > _GIVEN_UP_AFTER
        return Effect(State.UNKNOWN, effect.words, retry=not given_up)
    if effect.state is State.FAILED:
        return Effect(State.FAILED, f"{effect.words}: every try ended before the call, and its time is over")
    return effect


def _left(parts: Parts, intent_id: str, target: str, now: datetime) -> Left | None:
    """An open intent that nobody will call back any more, taken over; None where somebody may."""
    try:
        intent = parts.actions.intent(intent_id)
        if intent is None or now < intent.retried_until:
            return None
        rebuilt(intent.kind, intent.action)  # of a kind that is not known here nothing can be found out
        claim = parts.actions.take_over(target, now, _LEASE_SECONDS)
    except UnreadableRecordError:
        # A damaged record stays open for a person to look at, and keeps no other from being finished.
        return None
    return Left(intent, claim) if claim is not None and claim.intent == intent_id else None
