"""What people are told in a batch: collected, sent together, and each thing once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dockwarden.actions import Action
from dockwarden.facts.services import CHANNEL_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.rulings import Rule
from dockwarden.hashing import short_hash
from dockwarden.incidents.channels import channel_of
from dockwarden.ledger.proposals import HeldAction
from dockwarden.ledger.records import Intent, UnreadableRecordError
from dockwarden.ledger.told import ToldLedger
from dockwarden.notify.cards import Card, Line
from dockwarden.notify.compose import about_action, about_decision, about_incident, answer_line, digested
from dockwarden.notify.outcome_events import about_outcome, about_proposal
from dockwarden.performing import Effect
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, Result
from dockwarden.runtime.occasions import Mark, Occasions, mark_of
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.saying import say
from dockwarden.verdicts import Decision, Outcome, Verdict, Words

_OTHERS = Line("Others", "What else waits there for the same reason is listed by dockwarden pending.")


class Telling:
    """The cards of one batch, and the events about it on the bus."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._cards: list[Card] = []
        self._events: list[Mapping[str, Any]] = []
        self._told: list[str] = []
        self._held: list[HeldAction] = []
        self._instead: list[HeldAction] = []
        self._ledger = ToldLedger(parts.store)
        self._occasions = Occasions(parts.store)

    def action(self, intent: Intent, action: Action, effect: Effect) -> None:
        """Tell about an action that was performed or only observed."""
        place, now = self._place(action.cluster_arn), self._parts.clock.now()
        card = about_action(intent, action, effect, place, now)
        self._cards.append(replace(card, channel=self._channel(action)))
        self._events.append(about_outcome(intent, action, effect, now))

    def decision(
        self,
        result: Result,
        playbook: Playbook,
        decision: Decision,
        verdict: Verdict,
        guard: tuple[Rule, str] | None = None,
    ) -> None:
        """Tell about something to be known; a duplicate of what was told is ignored.

        `guard` is the rule of the guard and what it says, None where the decision says it all.
        """
        rule, why = guard or ("", None)
        mark = mark_of(verdict, rule, next(iter(decision.actions), None))
        told = self._new(result, playbook, decision, mark)
        if told is not None:
            reason = f"{decision.reason}; {why}" if why else decision.reason
            result.outcomes.append(_outcome(playbook, decision, verdict, reason))
            self._card(told, decision, verdict, why)

    def held(
        self,
        proposal: Proposal,
        guard: tuple[Rule, str],
        until: datetime,
        quietly_as: str | None = None,
    ) -> str | None:
        """Tell about an action that is held, and return the id to keep it under; None where that is done already.

        The actions of one decision have one card. With `quietly_as` there is one card of that id for many of its kind.
        """
        decision, (rule, why) = proposal.decision, guard
        told = self._new_action(
            proposal, mark_of(Verdict.HOLD, rule, proposal.action, decision.against), until
        )
        if told is None:
            return None
        reason = f"{decision.reason}; {why}" if why else decision.reason
        say(proposal, Verdict.HOLD, reason, (proposal.action,))
        others = quietly_as is not None or len(decision.actions) > 1
        line = answer_line(told, until, self._parts.clock.now())
        lines = (line, _OTHERS) if others else (line,)
        self._card_for(proposal, told, (Verdict.HOLD, why), lines, quietly_as)
        return told

    def would_be_held(self, proposal: Proposal, why: str) -> None:
        """Tell about an action that is only observed and would otherwise be held: nothing is kept of it, nobody is asked.

        `why` says by what the mode is what it is, and what would have held it.
        """
        mark = mark_of(Verdict.OBSERVE, Rule.PLAYBOOK, proposal.action, proposal.decision.against)
        told = self._new_action(proposal, mark)
        if told is not None:
            say(proposal, Verdict.OBSERVE, f"{proposal.decision.ground}; {why}", (proposal.action,))
            self._card_for(proposal, told, (Verdict.OBSERVE, why))

    def keep(self, held: HeldAction) -> None:
        """Have a proposal kept, once people were told of it."""
        self._held.append(held)
        self._events.append(about_proposal(held))

    def keep_instead(self, held: HeldAction) -> None:
        """Have a proposal kept in place of all others of its playbook about its target."""
        self.keep(held)
        self._instead.append(held)

    def waits_again(self, proposal: Proposal, held: HeldAction, rule: str, why: str) -> None:
        """Ask once more about something approved that another rule holds now, on its own card."""
        self._events.append(about_proposal(replace(held, rule=rule, why=why)))
        line = answer_line(held.id, held.until, self._parts.clock.now())
        self._card(held.id, proposal.decision, Verdict.HOLD, why, (line,))

    def incident(self, result: Result, playbook: Playbook, decision: Decision, words: Words) -> None:
        """Tell news of an incident, whose card is edited in place; news with an occurrence once."""
        if decision.occurrence is not None:
            told = self._told_id(result, playbook, decision)
            if self._known(result, playbook, decision, told):
                return
            self._told.append(told)
        outcome = Outcome(
            playbook.name,
            decision.verdict,
            decision.reason,
            decision.target,
            decision.cause,
            decision.incident,
        )
        result.outcomes.append(outcome)
        place = self._place(_cluster_arn(result.arrival.event))
        card = about_incident(decision, words, place, self._parts.clock.now())
        self._cards.append(replace(card, channel=self._allowed(channel_of(decision))))

    def page(self, marks: Sequence[str], subject: str, words: Words) -> str:
        """Tell everybody one thing, once for as long as it has one of its marks in common with what was told.

        Returns the mark that it goes by.
        """
        known = next((mark for mark in marks if self._is_told(mark)), None)
        self._told += [mark for mark in marks if mark not in self._told]
        if known is None:
            decision = Decision(Verdict.TELL, words.cause, subject, incident=marks[0])
            place, now = self._parts.config.region, self._parts.clock.now()
            self._cards.append(about_incident(decision, words, place, now))
        return known or marks[0]

    def send(self) -> None:
        """Hand the cards to the outbox, and then remember what was told and what is held."""
        if self._cards or self._events:
            self._parts.outbox.send(digested(self._cards), self._events)
        waiting = {held.id for held in self._held if self._waits(held)}
        self._supersede(waiting)
        self._ledger.remember(self._told, self._parts.clock.now())
        self._occasions.remember(self._parts.clock.now())
        self._cards, self._events, self._told, self._held, self._instead = [], [], [], [], []

    def _waits(self, held: HeldAction) -> bool:
        """Keep a proposal; False where one of its id is kept that nobody can answer any more."""
        if self._parts.proposals.keep(held):
            return True
        try:
            kept = self._parts.proposals.get(held.id)
        except UnreadableRecordError:
            return False
        return kept is not None and kept.open(self._parts.clock.now())

    def _supersede(self, new: Collection[str]) -> None:
        """Settle what waits about the same target as something that takes its place: nobody shall approve that."""
        instead = {(held.playbook, held.target): held.id for held in self._instead if held.id in new}
        self._parts.proposals.supersede(instead, self._parts.clock.now(), new)

    def _new_action(self, proposal: Proposal, mark: Mark, until: datetime | None = None) -> str | None:
        """The id to tell about one of the actions of a decision under; None where it was told before."""
        decision, action = proposal.decision, proposal.action
        number = decision.actions.index(action) if action in decision.actions else 0
        return self._new(proposal.result, proposal.playbook, decision, mark, until=until, number=number)

    def _card_for(
        self,
        proposal: Proposal,
        told: str,
        said: tuple[Verdict, str],
        lines: tuple[Line, ...] = (),
        quietly_as: str | None = None,
    ) -> None:
        """The card of an action: one for all the actions of its decision, or for all that `quietly_as` stands for."""
        decision = proposal.decision
        if quietly_as is None and decision.occurrence is None:
            quietly_as = self._told_id(proposal.result, proposal.playbook, decision)
        card = quietly_as or told
        if not self._is_told(card):
            self._card(card, decision, *said, lines)
        if card != told:
            # After its card: what is remembered last is looked at again until all of it is.
            self._told.append(told)

    def _new(
        self,
        result: Result,
        playbook: Playbook,
        decision: Decision,
        mark: Mark,
        *,
        until: datetime | None = None,
        number: int = 0,
    ) -> str | None:
        """The id to tell something under; None where it was told before, which is then its outcome.

        Of what has an occurrence all that is new about it is told; of an event's own, one thing for each action.
        """
        first = self._told_id(result, playbook, decision)
        if decision.occurrence is None:
            told = f"{first}-{number}" if number else first
            return None if self._known(result, playbook, decision, told) else told
        known = self._occasions.told(first, mark, self._parts.clock.now())
        if known is None:
            return self._occasions.tell(first, mark, self._parts.clock.now(), until)
        result.outcomes.append(_outcome(playbook, decision, Verdict.IGNORE, _duplicate(known)))
        return None

    def _known(self, result: Result, playbook: Playbook, decision: Decision, told: str) -> bool:
        """Whether this was told before, which is then its outcome."""
        if not self._is_told(told):
            return False
        result.outcomes.append(_outcome(playbook, decision, Verdict.IGNORE, _duplicate(told)))
        return True

    def _is_told(self, told: str) -> bool:
        return told in self._told or self._ledger.knows(told)

    def _card(
        self, told: str, decision: Decision, verdict: Verdict, why: str | None, lines: tuple[Line, ...] = ()
    ) -> None:
        self._told.append(told)
        clusters = [a.cluster_arn for a in decision.actions if a.cluster_arn]
        place, now = self._place(clusters[0] if clusters else None), self._parts.clock.now()
        card = about_decision(decision, told, verdict=verdict, why=why, place=place, now=now)
        channel = self._channel(next(iter(decision.actions), None))
        self._cards.append(replace(card, lines=(*card.lines, *lines), channel=channel))

    def _told_id(self, result: Result, playbook: Playbook, decision: Decision) -> str:
        """One id for each subject and occurrence; an event without a time is its own."""
        envelope = result.arrival.event.envelope
        when = decision.occurrence or (envelope.time.isoformat() if envelope.time else envelope.id or "")
        return f"{playbook.name}-{short_hash(playbook.name, decision.subject, when, 'told')}"

    def _channel(self, action: Action | None) -> str | None:
        """Where the owner of a place wants to be told, as the tag of the service, else of the cluster, says."""
        if action is None or not self._parts.config.channels:
            return None
        for arn in (action.service_arn, action.cluster_arn):
            tags = self._parts.scopes.tags(arn) if arn else {}
            if not isinstance(tags, NotRead) and (found := self._allowed(tags.get(CHANNEL_TAG))):
                return found
        return None

    def _allowed(self, channel: str | None) -> str | None:
        """A channel that the platform lists; nothing that a tag or an event says becomes a channel otherwise."""
        return channel if channel in self._parts.config.channels else None

    def _place(self, cluster_arn: str | None) -> str:
        region = self._parts.config.region
        return f"{cluster_arn.rpartition('/')[2]}, {region}" if cluster_arn else region


def _outcome(
    playbook: Playbook,
    decision: Decision,
    verdict: Verdict,
    reason: str,
    actions: tuple[Action, ...] = (),
) -> Outcome:
    return Outcome(
        playbook.name, verdict, reason, decision.target, decision.cause, decision.incident, actions=actions
    )


def _duplicate(told: str) -> str:
    return f"a duplicate of {told}, told already"


def _cluster_arn(event: object) -> str | None:
    """The cluster that an event is from, as it says."""
    found = getattr(event, "cluster_arn", None) or getattr(event, "cluster", None)
    return found if isinstance(found, str) else None
