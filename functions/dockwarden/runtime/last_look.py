"""The last look before a call: the lease, the stop, and people who were faster, by what holds at that moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dockwarden.actions import Action
from dockwarden.errors import DockwardenError
from dockwarden.guard.orders import HandsOff
from dockwarden.guard.rulings import Approval, Rule
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.controls import Controls
from dockwarden.performing import Effect, State
from dockwarden.runtime.parts import Parts


class LastLook:
    """A Gate. `approvals` are by target: who wants an action knows of the hands-off that they were shown."""

    def __init__(
        self, parts: Parts, playbook: str, expires: datetime, approvals: Mapping[str, Approval]
    ) -> None:
        self._parts = parts
        self._playbook = playbook
        self._expires = expires
        self._approvals = approvals

    def __call__(self, actions: Sequence[Action]) -> Effect | None:
        """What comes of actions where something forbids them now; what cannot be read forbids them."""
        try:
            noticed = self._noticed(actions)
            # The stop last of all that is read.
            controls = self._parts.controls.read()
        except DockwardenError as error:
            why = f"stopped, because whether there is a stop cannot be read: {error}"
            return Effect(State.FAILED, why, retry=True)
        # After the reads: however long they took, the lease has to outlast them.
        if self._parts.clock.now() >= self._expires:
            return Effect(State.FAILED, "its lease has run out", retry=True)
        found = (self._forbidden(controls, noticed, action) for action in actions)
        return next((effect for effect in found if effect is not None), None)

    def _noticed(self, actions: Sequence[Action]) -> tuple[HandsOff, ...]:
        """What Dockwarden saw people do by themselves; that is about services alone."""
        if all(action.service_arn is None for action in actions):
            return ()
        return self._parts.controls.noticed()

    def _forbidden(self, controls: Controls, noticed: Sequence[HandsOff], action: Action) -> Effect | None:
        where, now = whereabouts(action), self._parts.clock.now()
        stopped = controls.stopped(self._playbook, where)
        if stopped is not None:
            return Effect(State.REFUSED, stopped)
        approval = self._approvals.get(action.target)
        seen = (order.sentence(now) for order in noticed if order.applies(where, now))
        for why in (*controls.left_alone(where, now), *seen):
            if approval is None or not approval.lets(Rule.HANDS_OFF, why):
                return Effect(State.REFUSED, why, held_by=Rule.HANDS_OFF)
        return None
