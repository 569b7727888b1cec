"""From a batch of events to what was done about them: decide, guard, perform, record, tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from dockwarden.errors import SettingsError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.histories import Histories
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.hearing import deaf_to
from dockwarden.guard.modes import Mode, ModeRuling, ModeSetting, effective_mode
from dockwarden.guard.rulings import (
    PEOPLE_MUST_KNOW,
    Answer,
    Circumstances,
    Ruling,
    rule_on,
    too_old,
)
from dockwarden.incidents.history import History
from dockwarden.incidents.subjects import key_of
from dockwarden.ledger.controls import Controls
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.playbook import Playbook, settings_of
from dockwarden.runtime.acting import Acting
from dockwarden.runtime.arrivals import Arrival, Proposal, Result, origin_of
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.telling import Telling
from dockwarden.runtime.transcript import Recorder, about
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
        self._unreadable: dict[str, NotRead] = {}
        self._histories = LedgerHistories(parts.store)
        self._of_history: dict[str, list[Result]] = {}
        self._telling = Telling(parts)
        self._acting = Acting(parts, self._telling)

    @cached_property
    def results(self) -> list[Result]:
        """The results of the batch."""
        hearing = [r for r in self._all if not self._deaf(r)]
        self._parts.facts.prepare([result.arrival.event for result in hearing])
        keys = (key_of(result.arrival.event) for result in hearing)
        self._histories.prepare(key for key in keys if key is not None)
        proposals = [p for result in hearing for p in self._decided(result)]
        if self._seen:
            self._parts.index.remember(self._seen, self._parts.clock.now())
        self._acting.act([(p, ruling) for p in proposals if (ruling := self._ruled(p)) is not None])
        self._telling.send()
        self._write_histories()
        return self._all

    @cached_property
    def _controls(self) -> Controls:
        return self._parts.controls.read()

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
                recorder = Recorder({**self._parts.facts.answers(), Histories: self._histories})
                for decision in self._decide(playbook, result, recorder):
                    self._remember(result, decision)
                    if decision.verdict is Verdict.HOLD and self._unread(result, playbook, recorder.unread):
                        continue
                    script = about(result.arrival.event, recorder.asked)
                    proposals += [Proposal(result, playbook, decision, a, script) for a in decision.actions]
                    if not decision.actions:
                        self._settle_without_action(result, playbook, decision)
        return proposals

    def _decide(self, playbook: Playbook, result: Result, recorder: Recorder) -> tuple[Decision, ...]:
        """The decisions of a playbook; one that fails costs its own event and not the batch (invariant 13)."""
        try:
            made = playbook(result.arrival.event, recorder.answers, self._settings(playbook))
        except Exception as error:  # noqa: BLE001  a playbook may be a third party's: whatever it raises
            result.retry = f"playbook {playbook.name} failed: {type(error).__name__}"
            why = f"it could not decide: {type(error).__name__} at {_place(error)}"
            result.outcomes.append(Outcome(playbook.name, Verdict.IGNORE, why, failed=True))
            return ()
        return (made,) if isinstance(made, Decision) else made

    def _settings(self, playbook: Playbook) -> object | None:
        """The settings of a playbook, its own defaults where they cannot be read; it then only observes."""
        try:
            return settings_of(playbook, self._parts.config.of(playbook.name).settings)
        except SettingsError as error:
            self._unreadable[playbook.name] = NotRead(str(error))
            return settings_of(playbook, {})

    def _remember(self, result: Result, decision: Decision) -> None:
        """Take over what a decision wants to be kept; histories at once, for the events that follow."""
        for kept in decision.remember:
            if isinstance(kept, History):
                self._histories.keep(kept)
                self._of_history.setdefault(kept.key, []).append(result)
            else:
                self._seen.append(kept)

    def _write_histories(self) -> None:
        """Write what was learned of services; where somebody else was faster, the events come back."""
        for key in self._histories.write(self._parts.clock.now()):
            for result in self._of_history[key]:
                result.retry = f"the history of {key} was changed meanwhile"

    def _settle_without_action(self, result: Result, playbook: Playbook, decision: Decision) -> None:
        if playbook.may and decision.target not in (None, decision.subject):
            self._acting.finish_left(result, playbook, str(decision.target))
        tells = decision.words is not None or decision.verdict in (Verdict.TELL, Verdict.HOLD)
        if tells and (mode := self._mode(playbook, None)).mode is Mode.OFF:
            reason = f"the mode is off: {mode.why}"
            result.outcomes.append(_outcome(playbook, decision, Verdict.IGNORE, reason))
        elif decision.words is not None:
            self._telling.incident(result, playbook, decision, decision.words)
        elif decision.verdict in (Verdict.TELL, Verdict.HOLD):
            self._telling.decision(result, playbook, decision, decision.verdict, None)
        else:
            result.outcomes.append(_outcome(playbook, decision, decision.verdict, decision.reason))

    def _ruled(self, proposal: Proposal) -> Ruling | None:
        """The ruling for an action that goes; one that does not is settled here."""
        decision, result = proposal.decision, proposal.result
        tag = self._parts.scopes.mode_tag(proposal.action.cluster_arn)
        armed = self._parts.config.of(proposal.playbook.name).ceiling.rank > Mode.OBSERVE.rank
        if armed and isinstance(tag, NotRead) and self._unread(result, proposal.playbook, [tag]):
            return None
        ruling = rule_on(self._circumstances(proposal))
        if ruling.answer is Answer.GO and decision.verdict is Verdict.ACT:
            return ruling
        if ruling.answer is Answer.REFUSE:
            self._refused(proposal, ruling)
        else:
            why = ruling.reason if ruling.answer is Answer.HOLD else None
            self._telling.decision(proposal.result, proposal.playbook, decision, Verdict.HOLD, why)
        return None

    def _unread(self, result: Result, playbook: Playbook, unread: Sequence[NotRead]) -> bool:
        """Whether an event has to come back because of something that could not be read just now.

        As long as there is time: after that it is settled by what is known.
        """
        passing = next((fact for fact in unread if fact.passing), None)
        time, max_age = result.arrival.event.envelope.time, self._max_age(playbook)
        if passing is None or too_old(time, self._parts.clock.now(), max_age) is not None:
            return False
        result.retry = f"something could not be read: {passing.why}"
        result.outcomes.append(Outcome(playbook.name, Verdict.IGNORE, f"not yet: {result.retry}"))
        return True

    def _max_age(self, playbook: Playbook) -> timedelta:
        return timedelta(seconds=self._parts.config.of(playbook.name).max_age or playbook.max_age)

    def _refused(self, proposal: Proposal, ruling: Ruling) -> None:
        """Settle what the guard refuses: told where nobody else will do it and it is not done yet."""
        decision, done = proposal.decision, self._acting.done_already(proposal)
        alarming = ruling.rule in PEOPLE_MUST_KNOW and done is None
        if alarming and decision.when_refused is not Verdict.IGNORE:
            telling = (proposal.result, proposal.playbook, decision, decision.when_refused, ruling.reason)
            self._telling.decision(*telling)
        else:
            outcome = _outcome(proposal.playbook, decision, Verdict.IGNORE, done or ruling.reason)
            proposal.result.outcomes.append(outcome)

    def _circumstances(self, proposal: Proposal) -> Circumstances:
        parts, playbook, cluster = self._parts, proposal.playbook, proposal.action.cluster_arn
        name = cluster.rpartition("/")[2] if cluster else None
        return Circumstances(
            origin=origin_of(proposal.result.arrival.event.envelope),
            now=parts.clock.now(),
            max_age=self._max_age(playbook),
            mode=self._mode(playbook, cluster),
            opted_in=parts.scopes.opted_in(cluster),
            place=f"cluster {name}" if name else "its cluster",
            stopped=self._controls.stopped(playbook.name, name),
            home=parts.home,
        )

    def _mode(self, playbook: Playbook, cluster: str | None) -> ModeRuling:
        """The mode for a playbook in a cluster, from the most specific setting to the least."""
        config = self._parts.config.of(playbook.name)
        return effective_mode(
            config.ceiling,
            (
                ModeSetting("the playbook's settings", self._unreadable.get(playbook.name)),
                ModeSetting("the cluster's tag dockwarden:mode", self._parts.scopes.mode_tag(cluster)),
                ModeSetting("the run-time setting", self._controls.modes.get(playbook.name)),
                ModeSetting("the platform's default", config.default),
            ),
        )


def _outcome(playbook: Playbook, decision: Decision, verdict: Verdict, reason: str) -> Outcome:
    return Outcome(playbook.name, verdict, reason, decision.target, decision.cause, decision.incident)


def _place(error: Exception) -> str:
    """File and line where an error arose; its text is left out, since it may quote the event."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}"
