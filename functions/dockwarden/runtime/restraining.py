"""What stands in the way of an action beside modes and stops, read once for a batch."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from dockwarden.actions import Action
from dockwarden.facts.histories import Histories
from dockwarden.facts.services import STACK_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.mass_failure import Failing, MassFailure, mass_failure
from dockwarden.guard.orders import HandsOff
from dockwarden.guard.rulings import Approval, Rule
from dockwarden.guard.tag_orders import FREEZE_TAG, HANDS_OFF_TAG, freeze_tag, hands_off_tag
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.controls import Controls
from dockwarden.playbook import Playbook
from dockwarden.runtime.parts import Parts

if TYPE_CHECKING:
    from dockwarden.runtime.freezing import Freezing

ReadTag: TypeAlias = Callable[[str | NotRead | None, datetime], str | None]
"""Reads the value of a tag at a moment: the sentence of what it asks for, or None."""

_AT_WORK = "_IN_PROGRESS"
"""How the status of a stack ends on which CloudFormation is at work, clean-up and rollbacks included."""


class Restraints:
    """Answers for one batch; what costs a call is read only when a voluntary action asks."""

    def __init__(self, parts: Parts, controls: Controls, histories: Histories) -> None:
        self._parts = parts
        self._controls = controls
        self._histories = histories

    def hands_off(self, action: Action, approval: Approval | None = None) -> str | None:
        """Who is at work on the place of an action, by command or by a tag, and is not known to who approved it."""
        return _first(Rule.HANDS_OFF, approval, self._at_work(action))

    def frozen(self, playbook: Playbook, action: Action, approval: Approval | None = None) -> str | None:
        """Which freeze holds for an action now that nobody approved it in spite of."""
        return (
            None if playbook.involuntary else _first(Rule.FREEZE, approval, self._freezes(playbook, action))
        )

    def _at_work(self, action: Action) -> Iterator[str]:
        where, now = whereabouts(action), self._parts.clock.now()
        yield from self._controls.left_alone(where, now)
        if action.service_arn is not None:
            yield from (h.sentence(now) for h in self._noticed if h.applies(where, now))
        yield from self._by_tags(action, HANDS_OFF_TAG, hands_off_tag)

    def _freezes(self, playbook: Playbook, action: Action) -> Iterator[str | None]:
        """Each freeze that holds: of the platform's calendar, of an alarm, or of a tag."""
        where, now = whereabouts(action), self._parts.clock.now()
        if self._parts.config.freezes:
            yield from self._freezing.reasons(playbook.name, where, now)
        yield from self._by_tags(action, FREEZE_TAG, freeze_tag)

    def stack(self, playbook: Playbook, action: Action) -> str | None:
        """Whether CloudFormation is at work on the stack that made the service of an action."""
        if playbook.involuntary or action.service_arn is None:
            return None
        tags = self._parts.scopes.tags(action.service_arn)
        if isinstance(tags, NotRead):
            return f"whether a stack of the service is in progress could not be read: {tags.why}"
        name = tags.get(STACK_TAG)
        status = self._parts.stacks.status(name) if name else ""
        if isinstance(status, NotRead):
            return f"how far stack {name} is could not be read: {status.why}"
        return f"stack {name} is {status}" if status.endswith(_AT_WORK) else None

    def mass_failure(self, playbook: Playbook) -> MassFailure | None:
        """The services that fail for one shared cause, as it seems."""
        return None if playbook.involuntary else self._failing_together

    @cached_property
    def _noticed(self) -> tuple[HandsOff, ...]:
        return self._parts.controls.noticed()

    @cached_property
    def _freezing(self) -> "Freezing":
        from dockwarden.runtime.freezing import Freezing  # noqa: PLC0415 - as that module says

        return Freezing(self._parts)

    @cached_property
    def _failing_together(self) -> MassFailure | None:
        settings = self._parts.config.guard
        keys = self._histories.troubled()
        if len(keys) < settings.mass_failure_services:
            return None
        known = self._histories.several(keys)
        failing = [
            Failing(key, incident.cause, incident.opened_at)
            for key, history in known.items()
            for incident in history.incidents
            if incident.open
        ]
        began_after = self._parts.clock.now() - settings.mass_failure_hold
        least, window = settings.mass_failure_services, settings.mass_failure_window
        return mass_failure(failing, least, window, began_after)

    def _by_tags(self, action: Action, key: str, read: ReadTag) -> Iterator[str]:
        """What tags on the service and the cluster of an action ask for; one that cannot be read holds."""
        now = self._parts.clock.now()
        for arn in (action.service_arn, action.cluster_arn):
            tags = self._parts.scopes.tags(arn) if arn else {}
            why = read(tags if isinstance(tags, NotRead) else tags.get(key), now)
            if arn and why is not None:
                yield f"{why} (tag of {arn.partition('/')[2] or arn})"


def _first(rule: Rule, approval: Approval | None, sentences: Iterable[str | None]) -> str | None:
    """The first of some orders that a person's approval does not lift."""
    found = (why for why in sentences if why is not None)
    return next((why for why in found if approval is None or not approval.lets(rule, why)), None)
