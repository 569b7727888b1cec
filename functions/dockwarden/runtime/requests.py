"""What a person has asked for by command, as events and actions that go the way of all others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dockwarden.actions import Action, Unaimed, kind_of, rebuilt
from dockwarden.events.dockwarden_request import Request
from dockwarden.events.parse import Event
from dockwarden.guard.rulings import Approval, Rule
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.records import REQUEST, Intent, UnreadableRecordError, intent_id
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.restoring import NotRestoredError, restored_event, with_time
from dockwarden.verdicts import Decision, Verdict

_UNDO_LIFTS = frozenset({Rule.MODE, Rule.COOLDOWN, Rule.HANDS_OFF})
"""A person who undoes knows what happens there; stops, ceilings, freezes, caps and leases hold all the same."""

_HOW_IT_IS_KNOWN = frozenset({"known"})
"""Fields of actions that say how something about the target is known, and not what is done to it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal that a person has approved, or an undo, on its way through the guard.

    `begun` is the intent of an earlier try, which may have made the call.
    """

    held: HeldAction
    approval: Approval
    event: Event | None
    begun: Intent | None = None

    def picks(self, action: Action) -> bool:
        """Whether an action that a playbook proposes now is the one that was approved, in everything that it does.

        One that could not be aimed is known by its kind alone, since its event names its subject.
        """
        if self.held.kind != kind_of(action):
            return False
        if isinstance(action, Unaimed) or self.held.unaimed:
            anywhere = self.held.unaimed or action.target == self.held.subject
            return anywhere or action.target == self.held.target
        return _meant(action.fields()) == _meant(self.held.action)

    def objected(self, decision: Decision) -> list[str]:
        """What a playbook has against it now of which the person who approved it was shown nothing."""
        if isinstance(decision.actions[0], Unaimed):
            return list(decision.against)
        return [why for why in decision.against if not self.approval.lets(Rule.PLAYBOOK, why)]


def asked(parts: Parts, request: Request) -> Asked | str:
    """What a request asks for, or why nothing is done about it."""
    held = parts.proposals.get(request.proposal) if request.proposal else None
    if held is None:
        return "the ledger has no such proposal"
    if held.standing is not Standing.APPROVED or held.by is None or held.at is None:
        return f"proposal {held.id} is {held.standing}, so that there is nothing to do"
    before = _begun_before(parts, held, held.at)
    if before is None and parts.clock.now() >= held.until:
        return _void(parts, held, "it came too late: the proposal had lapsed")
    if held.undoes is not None:
        return Asked(held, _approval(held, held.by, _UNDO_LIFTS), None, before)
    event = _event(held.event, held.at)
    if event is None:
        return _void(parts, held, "its event could not be read again")
    return Asked(held, _approval(held, held.by, frozenset({Rule.MODE})), event, before)


def _approval(held: HeldAction, by: str, lifts: frozenset[Rule]) -> Approval:
    """What an approval lets go: what stood in the way when it was given, and when it was given before."""
    try:
        shown = [(Rule(rule), why) for rule, why in (*held.shown, (held.rule, held.why))]
        shown += [(Rule.PLAYBOOK, why) for why in held.objections]
    except ValueError as error:
        raise UnreadableRecordError(held.id, f"it is held by a rule that nobody knows ({error})") from error
    return Approval(held.id, by, lifts, tuple(shown))


def begun(one: Asked) -> Decision | None:
    """The decision of a request that an earlier try has begun, so that it is finished and not judged anew."""
    intent, held = one.begun, one.held
    if intent is None:
        return None
    action = rebuilt(intent.kind, intent.action)
    return Decision(Verdict.ACT, held.reason, held.subject, intent.target, actions=(action,))


def _begun_before(parts: Parts, held: HeldAction, at: datetime) -> Intent | None:
    """The intent that an earlier try of this very request has written, None where there is none."""
    ledger = parts.actions
    if held.unaimed:
        # What could not be aimed has its target from the try itself.
        tries = (_readable(parts, one) for one in ledger.open_intents())
        return next((one for one in tries if one and one.transcript.get(REQUEST) == held.id), None)
    lease = ledger.lease(held.target)
    wanted = intent_id(held.playbook, held.kind, held.target, at)
    return ledger.intent(wanted) if lease is not None and lease.intent == wanted else None


def _readable(parts: Parts, open_intent: str) -> Intent | None:
    """An open intent; one that is damaged is no request's that could be found."""
    try:
        return parts.actions.intent(open_intent)
    except UnreadableRecordError:
        return None


def _meant(fields: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in fields.items() if name not in _HOW_IT_IS_KNOWN}


def _void(parts: Parts, held: HeldAction, why: str) -> str:
    parts.proposals.settle(held, why)
    return why


def _event(document: Mapping[str, object] | None, at: datetime) -> Event | None:
    """The event of a proposal, as of the moment of the approval: how long that is good for, its deadline says."""
    if document is None:
        return None
    try:
        event = restored_event(document)
    except NotRestoredError:
        return None
    return with_time(event, at)
