"""What people are told in a batch: collected, sent together, and each thing once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dockwarden.actions import Action
from dockwarden.facts.services import CHANNEL_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.hashing import short_hash
from dockwarden.incidents.channels import channel_of
from dockwarden.ledger.proposals import HeldAction
from dockwarden.ledger.records import Intent
from dockwarden.ledger.told import ToldLedger
from dockwarden.notify.cards import Card, Line
from dockwarden.notify.compose import about_action, about_decision, about_incident, digested
from dockwarden.notify.outcome_events import about_outcome, about_proposal
from dockwarden.performing import Effect
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, Result
from dockwarden.runtime.parts import Parts
from dockwarden.verdicts import Decision, Outcome, Verdict, Words

_OTHERS = Line("Others", "What else waits there for the same reason is listed by `dockwarden pending`.")


class Telling:
    """The cards of one batch, and the events about it on the bus."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._cards: list[Card] = []
        self._events: list[Mapping[str, Any]] = []
        self._told: list[str] = []
        self._held: list[HeldAction] = []
        self._ledger = ToldLedger(parts.store)

    def action(self, intent: Intent, action: Action, effect: Effect) -> None:
        """Tell about an action that was performed or only observed."""
        place, now = self._place(action.cluster_arn), self._parts.clock.now()
        card = about_action(intent, action, effect, place, now)
        self._cards.append(replace(card, channel=self._channel(action)))
        self._events.append(about_outcome(intent, action, effect, now))

    def decision(
        self, result: Result, playbook: Playbook, decision: Decision, verdict: Verdict, why: str | None
    ) -> None:
        """Tell about something to be known; a duplicate of what was told is ignored.

        `why` is what the guard says, None where the decision says it all.
        """
        told = self._told_id(result, playbook, decision)
        if not self._known(result, playbook, decision, told):
            reason = f"{decision.reason}; {why}" if why else decision.reason
            result.outcomes.append(_outcome(playbook, decision, verdict, reason))
            self._card(told, decision, verdict, why)

    def held(self, proposal: Proposal, why: str | None, quietly_as: str | None = None) -> str | None:
        """Tell about an action that is held, and return the id to keep it under; None where that is done already.

        The actions of one decision have one card. With `quietly_as` there is one card of that id for many of its kind.
        """
        result, playbook, decision = proposal.result, proposal.playbook, proposal.decision
        action = proposal.action
        first = self._told_id(result, playbook, decision)
        number = decision.actions.index(action) if action in decision.actions else 0
        told = f"{first}-{number}" if number else first
        if self._known(result, playbook, decision, told):
            return None
        reason = f"{decision.reason}; {why}" if why else decision.reason
        result.outcomes.append(_outcome(playbook, decision, Verdict.HOLD, reason, (action,)))
        card = quietly_as or first
        if not self._is_told(card):
            self._card(card, decision, Verdict.HOLD, why, others=quietly_as is not None)
        if card != told:
            # After its card: what is remembered last is looked at again until all of it is.
            self._told.append(told)
        return told

    def keep(self, held: HeldAction) -> None:
        """Have a proposal kept, once people were told of it."""
        self._held.append(held)
        self._events.append(about_proposal(held))

    def waits_again(self, held: HeldAction, rule: str, why: str) -> None:
        """Put an event out about something approved that another rule holds now."""
        self._events.append(about_proposal(replace(held, rule=rule, why=why)))

    def incident(self, result: Result, playbook: Playbook, decision: Decision, words: Words) -> None:
        """Tell news of an incident, whose card is edited in place."""
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
        for held in self._held:
            self._parts.proposals.keep(held)
        self._ledger.remember(self._told, self._parts.clock.now())
        self._cards, self._events, self._told, self._held = [], [], [], []

    def _known(self, result: Result, playbook: Playbook, decision: Decision, told: str) -> bool:
        """Whether this was told before, which is then its outcome."""
        if not self._is_told(told):
            return False
        why = f"a duplicate of {told}, told already"
        result.outcomes.append(_outcome(playbook, decision, Verdict.IGNORE, why))
        return True

    def _is_told(self, told: str) -> bool:
        return told in self._told or self._ledger.knows(told)

    def _card(
        self, told: str, decision: Decision, verdict: Verdict, why: str | None, *, others: bool = False
    ) -> None:
        self._told.append(told)
        clusters = [a.cluster_arn for a in decision.actions if a.cluster_arn]
        place, now = self._place(clusters[0] if clusters else None), self._parts.clock.now()
        card = about_decision(decision, told, verdict=verdict, why=why, place=place, now=now)
        if others:
            card = replace(card, lines=(*card.lines, _OTHERS))
        self._cards.append(replace(card, channel=self._channel(next(iter(decision.actions), None))))

    def _told_id(self, result: Result, playbook: Playbook, decision: Decision) -> str:
        """One id for each subject and occurrence; an event without a time is its own."""
        envelope = result.arrival.event.envelope
        when = envelope.time.isoformat() if envelope.time else envelope.id or ""
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
    return Outcome(playbook.name, verdict, reason, decision.target, decision.cause, actions=actions)


def _cluster_arn(event: object) -> str | None:
    """The cluster that an event is from, as it says."""
    found = getattr(event, "cluster_arn", None) or getattr(event, "cluster", None)
    return found if isinstance(found, str) else None
