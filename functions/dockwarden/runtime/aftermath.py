"""What is remembered of services; what does it is imported late, since most actions are about hosts."""

from datetime import datetime, timedelta

from dockwarden.actions import Action
from dockwarden.facts.known_good import Known
from dockwarden.lanes import VOLUNTARY
from dockwarden.ledger.records import Intent
from dockwarden.performing import Effect, State
from dockwarden.runtime.parts import Parts

_ONE_TRY = timedelta(seconds=VOLUNTARY.function_timeout)
"""No try lasts longer, and the next one comes later: SQS brings its message back after that."""


def remember(parts: Parts, intent: Intent, action: Action, effect: Effect) -> None:
    """Remember what an action means for what is known of its service; nothing where it changed nothing.

    Written before the receipt, so that a function that dies in between writes it again, to the same effect. Raises
    TryAgainError or UnreadableRecordError where it could not be kept, and then the intent has to stay open.
    """
    if action.ON_SERVICE and (effect.state is State.DONE or _by_an_earlier_try(parts, intent, effect)):
        from dockwarden.runtime.service_aftermath import remember_of_service  # noqa: PLC0415

        remember_of_service(parts, intent, action, effect)


def _by_an_earlier_try(parts: Parts, intent: Intent, effect: Effect) -> bool:
    """Whether what a later try found to be so already was made by one before it, which did not live to read that."""
    if effect.state is not State.ALREADY or effect.made is None:
        return False
    return parts.clock.now() - intent.created_at > _ONE_TRY


def learn(parts: Parts, known: Known, now: datetime) -> bool:
    """Keep what a look at a service taught; False where somebody else has written since."""
    from dockwarden.ledger.known_good import LedgerKnownGood  # noqa: PLC0415

    return LedgerKnownGood(parts.store).keep(known, now)
