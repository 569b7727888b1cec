"""From a batch of events to what was done about them: decide, guard, perform, record, tell."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from dockwarden.actions import Unaimed
from dockwarden.events.dockwarden_request import Request
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.known_good import Known
from dockwarden.guard.deeds import Deed
from dockwarden.guard.hearing import deaf_to
from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import HandsOff
from dockwarden.guard.rulings import (
    PEOPLE_MUST_KNOW,
    Answer,
    Rule,
    Ruling,
    rule_on,
)
from dockwarden.incidents.history import History
from dockwarden.incidents.subjects import key_of
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.playbook import Playbook
from dockwarden.runtime.acting import Acting
from dockwarden.runtime.aftermath import learn
from dockwarden.runtime.arrivals import Arrival, Proposal, Result, origin_of
from dockwarden.runtime.deciding import Deciding
from dockwarden.runtime.earlier import Earlier
from dockwarden.runtime.holding import Holding
from dockwarden.runtime.judging import Judging
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.requested import Requested
from dockwarden.runtime.telling import Telling
from dockwarden.runtime.transcript import about
from dockwarden.verdicts import Decision, Outcome, Verdict


class Engine:
    """Runs the playbooks of a lane over batches of events."""

    def __init__(self, parts: Parts, playbooks: Sequence[Playbook]) -> None:
        self._parts = parts
        self._playbooks = playbooks

    def run(self, arrivals: Sequence[Arrival]) -> list[Result]:
        """What became of each event, in their order. Raises LedgerUnavailableError with nothing done."""
        return _Run(self._parts, self._playbooks, arrivals).results


class _Run:
    """One batch on its way; what is read once for all of it is kept here."""

    def __init__(self, parts: Parts, playbooks: Sequence[Playbook], arrivals: Sequence[Arrival]) -> None:
        self._parts = parts
        self._playbooks = playbooks
        self._all = [Result(self._timed(arrival), []) for arrival in arrivals]
        self._seen: list[ContainerInstance] = []
        self._noticed: list[HandsOff | Deed] = []
        self._learned: dict[str, Known] = {}
        self._histories = LedgerHistories(parts.store)
        self._of_history: dict[str, list[Result]] = {}
        self._telling = Telling(parts)
        self._holding = Holding(parts, self._telling)
        self._acting = Acting(parts, self._telling, self._holding)
        self._earlier = Earlier(parts, self._telling)
        self._deciding = Deciding(parts, self._histories)
        self._judging = Judging(parts, self._deciding, self._histories)
        self._requested = Requested(parts, playbooks, self._deciding)

    @cached_property
    def results(self) -> list[Result]:
        """The results of the batch."""
        self._requested.look_up(self._all)
        hearing = [r for r in self._all if not isinstance(r.arrival.event, Request) and not self._deaf(r)]
        events = [*(result.arrival.event for result in hearing), *self._requested.events()]
        self._parts.facts.prepare(events)
        keys = (key_of(event) for event in events)
        self._histories.prepare(key for key in keys if key is not None)
        proposals = [p for result in hearing for p in self._decided(result)]
        proposals += self._requested.proposals()
        if self._seen:
            self._parts.index.remember(self._seen, self._parts.clock.now())
        self._write_noticed()
        self._acting.act([(p, ruling) for p in proposals if (ruling := self._ruled(p)) is not None])
        self._telling.send()
        self._write_histories()
        return self._all

    def _timed(self, arrival: Arrival) -> Arrival:
        """An arrival with a time: the schedule's constant message has none, and stands for now."""
        envelope = arrival.event.envelope
        if not isinstance(arrival.event, Sweep) or envelope.time is not None:
            return arrival
        return replace(arrival, event=Sweep(replace(envelope, time=self._parts.clock.now())))

    def _deaf(self, result: Result) -> bool:
        """Whether an event needs no reading at all: nobody hears it, it is a replay, or not from here."""
        event, origin = result.arrival.event, origin_of(result.arrival.event.envelope)
        heard = [playbook for playbook in self._playbooks if playbook.hears(event)]
        home = self._parts.home if event.SOURCE.startswith("aws.") else None
        why = deaf_to(origin.replay_name, origin.account, origin.region, home)
        if why is not None:
            result.outcomes += [Outcome(playbook.name, Verdict.IGNORE, why) for playbook in heard]
        return why is not None or not heard

    def _decided(self, result: Result) -> list[Proposal]:
        """What the playbooks propose about an event; what needs no guard is settled here."""
        proposals: list[Proposal] = []
        for playbook in self._playbooks:
            if playbook.hears(result.arrival.event):
                event, recorder = result.arrival.event, self._deciding.recorder()
                for decision in self._deciding.decide(playbook, result, event, recorder) or ():
                    self._remember(result, decision)
                    if decision.verdict is Verdict.HOLD and self._deciding.unread(
                        result, playbook, recorder.unread_of(decision.subject), event.envelope.time
                    ):
                        continue
                    # Most events propose nothing, and need no transcript.
                    script = about(event, recorder.asked) if decision.actions else {}
                    proposals += [Proposal(result, playbook, decision, a, script) for a in decision.actions]
                    if not decision.actions:
                        self._settle_without_action(result, playbook, decision)
        return proposals

    def _remember(self, result: Result, decision: Decision) -> None:
        """Take over what a decision wants to be kept; histories at once, for the events that follow."""
        for kept in decision.remember:
            if isinstance(kept, History):
                self._histories.keep(kept)
                self._of_history.setdefault(kept.key, []).append(result)
            elif isinstance(kept, ContainerInstance):
                self._seen.append(kept)
            elif isinstance(kept, Known):
                self._learned[kept.service] = kept
            else:
                self._noticed.append(kept)

    def _write_noticed(self) -> None:
        """Write who was at work where, before any action asks for it, and what they did."""
        self._parts.deeds.remember(kept for kept in self._noticed if isinstance(kept, Deed))
        now = self._parts.clock.now()
        for known in self._learned.values():
            # Where somebody else has just written, the next sweep looks again.
            learn(self._parts, known, now)
        orders = {(k.scope, k.name, k.until): k for k in self._noticed if isinstance(k, HandsOff)}
        for order in orders.values():
            self._parts.controls.notice(order, self._parts.clock.now())

    def _write_histories(self) -> None:
        """Write what was learned of services; where somebody else was faster, the events come back."""
        for key in self._histories.write(self._parts.clock.now()):
            for result in self._of_history[key]:
                result.retry = f"the history of {key} was changed meanwhile"

    def _settle_without_action(self, result: Result, playbook: Playbook, decision: Decision) -> None:
        if playbook.may and decision.target not in (None, decision.subject):
            self._earlier.finish_left(result, playbook, str(decision.target))
        tells = decision.words is not None or decision.verdict in (Verdict.TELL, Verdict.HOLD)
        if tells and (mode := self._judging.mode(playbook, None)).mode is Mode.OFF:
            reason = f"the mode is off: {mode.why}"
            result.outcomes.append(_outcome(playbook, decision, Verdict.IGNORE, reason))
        elif decision.words is not None:
            self._telling.incident(result, playbook, decision, decision.words)
        elif decision.verdict in (Verdict.TELL, Verdict.HOLD):
            self._telling.decision(result, playbook, decision, decision.verdict)
        else:
            result.outcomes.append(_outcome(playbook, decision, decision.verdict, decision.reason))

    def _ruled(self, proposal: Proposal) -> Ruling | None:
        """The ruling for an action that goes; one that does not is settled here."""
        decision, result = proposal.decision, proposal.result
        unread = self._judging.unread_modes(proposal)
        if self._deciding.unread(result, proposal.playbook, unread, proposal.occurred_at):
            return None
        ruling = rule_on(self._judging.circumstances(proposal))
        if ruling.answer is Answer.GO and decision.verdict is Verdict.ACT:
            return ruling
        if ruling.answer is Answer.GO and ruling.mode is Mode.OBSERVE:
            # Nobody could let it go, so that nobody is asked.
            self._telling.would_be_held(proposal, ruling.reason)
            return None
        if ruling.answer is Answer.REFUSE:
            self._refused(proposal, ruling)
        elif ruling.answer is Answer.HOLD:
            shared = self._judging.mass_failure(proposal.playbook)
            together = shared if ruling.rule is Rule.MASS_FAILURE else None
            # Of what has no target yet everything else is unknown, too: once it has one, all is asked again.
            rule = Rule.FACTS if isinstance(proposal.action, Unaimed) else ruling.rule
            self._holding.hold(proposal, rule, ruling.reason, together)
        else:
            unaimed = isinstance(proposal.action, Unaimed)
            self._holding.hold(proposal, Rule.FACTS if unaimed else Rule.PLAYBOOK, "")
        return None

    def _refused(self, proposal: Proposal, ruling: Ruling) -> None:
        """Settle what the guard refuses: told where nobody else will do it and it is not done yet."""
        decision, done = proposal.decision, self._earlier.done_already(proposal, ruling)
        # What an earlier try has begun is settled with its receipt, which the sweep writes.
        if proposal.asked is not None and proposal.asked.begun is None:
            self._parts.proposals.settle(proposal.asked.held, f"not done: {done or ruling.reason}")
        alarming = ruling.rule in PEOPLE_MUST_KNOW and done is None
        if alarming and decision.when_refused is not Verdict.IGNORE:
            telling = (proposal.result, proposal.playbook, decision, decision.when_refused)
            self._telling.decision(*telling, (ruling.rule, ruling.reason))
        else:
            outcome = _outcome(proposal.playbook, decision, Verdict.IGNORE, done or ruling.reason)
            proposal.result.outcomes.append(outcome)


def _outcome(playbook: Playbook, decision: Decision, verdict: Verdict, reason: str) -> Outcome:
    return Outcome(playbook.name, verdict, reason, decision.target, decision.cause, decision.incident)
