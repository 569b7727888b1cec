"""What people are told in a batch: collected, sent together, and each thing once."""

from datetime import timedelta

from dockwarden.actions import Action
from dockwarden.hashing import short_hash
from dockwarden.ledger.records import Intent
from dockwarden.ledger.told import Told, ToldLedger
from dockwarden.notify.cards import Card
from dockwarden.notify.compose import about_action, about_decision, about_incident, digested
from dockwarden.performing import Effect
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Result
from dockwarden.runtime.parts import Parts
from dockwarden.verdicts import Decision, Outcome, Verdict, Words


class Telling:
    """The cards of one batch."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._cards: list[Card] = []
        self._told: list[Told] = []
        self._ledger = ToldLedger(parts.store)

    def action(self, intent: Intent, action: Action, effect: Effect) -> None:
        """Tell about an action that was performed or only observed."""
        place = self._place(action.cluster_arn)
        self._cards.append(about_action(intent, action, effect, place, self._parts.clock.now()))

    def decision(
        self, result: Result, playbook: Playbook, decision: Decision, verdict: Verdict, why: str | None
    ) -> None:
        """Tell about something held or to be known; a duplicate of what was told is ignored.

        `why` is what the guard says, None where the decision says it all.
        """
        told = self._told_of(result, playbook, decision, held=verdict is Verdict.HOLD)
        known = any(told.id == other.id for other in self._told) or self._ledger.knows(told.id)
        reason = f"{decision.reason}; {why}" if why else decision.reason
        result.outcomes.append(
            Outcome(
                playbook=playbook.name,
                verdict=Verdict.IGNORE if known else verdict,
                reason=f"a duplicate of {told.id}, told already" if known else reason,
                target=decision.target,
                cause=decision.cause,
                actions=decision.actions if verdict is Verdict.HOLD and not known else (),
            )
        )
        if not known:
            self._told.append(told)
            clusters = [a.cluster_arn for a in decision.actions if a.cluster_arn]
            place = self._place(clusters[0] if clusters else None)
            now = self._parts.clock.now()
            self._cards.append(
                about_decision(decision, told.id, verdict=verdict, why=why, place=place, now=now)
            )

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
        self._cards.append(about_incident(decision, words, place, self._parts.clock.now()))

    def send(self) -> None:
        """Hand the cards to the outbox, and then remember what was told."""
        if self._cards:
            self._parts.outbox.send(digested(self._cards))
        self._ledger.remember(self._told, self._parts.clock.now())
        self._cards, self._told = [], []

    def _told_of(self, result: Result, playbook: Playbook, decision: Decision, *, held: bool) -> Told:
        """What is told, under one id for each subject and occurrence; an event without a time is its own."""
        envelope = result.arrival.event.envelope
        when = envelope.time.isoformat() if envelope.time else envelope.id or ""
        return Told(
            id=f"{playbook.name}-{short_hash(playbook.name, decision.subject, when, 'told')}",
            playbook=playbook.name,
            subject=decision.subject,
            reason=decision.reason,
            until=self._parts.clock.now() + timedelta(seconds=playbook.max_age),
            held=held,
        )

    def _place(self, cluster_arn: str | None) -> str:
        region = self._parts.config.region
        return f"{cluster_arn.rpartition('/')[2]}, {region}" if cluster_arn else region


def _cluster_arn(event: object) -> str | None:
    """The cluster that an event is from, as it says."""
    found = getattr(event, "cluster_arn", None) or getattr(event, "cluster", None)
    return found if isinstance(found, str) else None
