"""The requests of a batch, from the message to what is proposed: judged by what is so at this moment."""

from collections.abc import Sequence
from dataclasses import replace

from dockwarden.errors import LedgerUnavailableError
from dockwarden.events.dockwarden_request import Request
from dockwarden.events.parse import Event
from dockwarden.ledger.records import REQUEST, UnreadableRecordError
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, Result
from dockwarden.runtime.deciding import Deciding
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.requests import Asked, asked, begun
from dockwarden.runtime.transcript import Recorder, about
from dockwarden.runtime.undo import undoing
from dockwarden.verdicts import Decision, Outcome, Verdict


class Requested:
    """What people ask for in one batch."""

    def __init__(self, parts: Parts, playbooks: Sequence[Playbook], deciding: Deciding) -> None:
        self._parts = parts
        self._playbooks = {playbook.name: playbook for playbook in playbooks}
        self._deciding = deciding
        self._asked: list[tuple[Result, Asked]] = []

    def look_up(self, results: Sequence[Result]) -> None:
        """Look up what the requests among some arrivals ask for; what is not to be done is settled here."""
        for result in results:
            if isinstance(result.arrival.event, Request):
                found = self._found(result, result.arrival.event)
                if isinstance(found, Asked):
                    self._asked.append((result, found))
                else:
                    result.outcomes.append(Outcome("dockwarden", Verdict.IGNORE, found))

    def events(self) -> list[Event]:
        """The events that they are about, for what is read ahead."""
        return [one.event for _, one in self._asked if one.event is not None]

    def proposals(self) -> list[Proposal]:
        """What is proposed because of them; what is not right any more is settled here."""
        return [p for result, one in self._asked if (p := self._proposal(result, one)) is not None]

    def _found(self, result: Result, request: Request) -> Asked | str:
        """What a request asks for; one that cannot be read costs itself and no other event (invariant 13)."""
        try:
            return asked(self._parts, request)
        except (UnreadableRecordError, LedgerUnavailableError) as error:
            result.retry = str(error)
            return result.retry

    def _proposal(self, result: Result, one: Asked) -> Proposal | None:
        """What is proposed because of a request; one whose records cannot be read comes back alone."""
        try:
            return self._judged(result, one)
        except UnreadableRecordError as error:
            result.retry = str(error)
            result.outcomes.append(Outcome(one.held.playbook, Verdict.IGNORE, f"not yet: {error}"))
            return None

    def _judged(self, result: Result, one: Asked) -> Proposal | None:
        playbook = self._playbooks.get(one.held.playbook)
        if playbook is None:
            result.outcomes.append(Outcome(one.held.playbook, Verdict.IGNORE, "it is not of this lane"))
            return None
        recorder = self._deciding.recorder_of(one)
        found: Decision | str | None = begun(one)
        if found is None and one.event is None:
            found = undoing(self._parts, one.held, playbook)
        elif found is None:
            found = self._decided_again(result, playbook, one, recorder)
        if isinstance(found, str):
            self._parts.proposals.settle(one.held, f"not done: {found}")
            result.outcomes.append(Outcome(playbook.name, Verdict.IGNORE, found, one.held.target))
        if not isinstance(found, Decision):
            return None
        script = {**about(one.event or result.arrival.event, recorder.asked), REQUEST: one.held.id}
        return Proposal(result, playbook, found, found.actions[0], script, one)

    def _decided_again(
        self, result: Result, playbook: Playbook, one: Asked, recorder: Recorder
    ) -> Decision | str | None:
        """What the playbook says now of the event that was held, as far as it is about the same action.

        None where it could not say, so that the request comes back.
        """
        if one.event is None:
            return "it is no event's"
        decided = self._deciding.decide(playbook, result, one.event, recorder)
        if decided is None:
            return None
        picked = [replace(d, actions=(a,)) for d in decided for a in d.actions if one.picks(a)]
        for decision in picked:
            # What the playbook itself asks a person about goes once the person has said yes to just that.
            if not one.objected(decision):
                return replace(decision, verdict=Verdict.ACT)
        if self._deciding.unread(result, playbook, recorder.unread, one.held.at):
            return None
        # Something about it is not known, and was not either when it came too late to ask once more: it waits again.
        # So does what has more against it by now than the person was shown.
        held = next((decision for decision in picked if decision.verdict is Verdict.HOLD), None)
        return held or _changed(decided, one)


def _changed(decided: Sequence[Decision], one: Asked) -> str:
    """Why what was approved is not what the playbook proposes now (invariant 55)."""
    others = (action for decision in decided for action in decision.actions)
    instead = next((action for action in others if action.target == one.held.target), None)
    if instead is not None:
        return (
            f"the state has changed: by now the playbook would {instead.sentence()}, which is proposed anew"
        )
    return f"the playbook does not propose it any more: {decided[0].reason if decided else 'nothing'}"
