"""Events through the engine once more, and what differs from what was done."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dockwarden.actions import Action, kind_of
from dockwarden.cli.deciding import Decided, Decider
from dockwarden.cli.replaying.occurrences import Occurrence, Then, in_order
from dockwarden.cli.replaying.recorded import recorded_facts
from dockwarden.notify.cards import Card
from dockwarden.notify.outcome_events import PROPOSAL
from dockwarden.verdicts import Outcome, Verdict

STRONGEST = (Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD, Verdict.TELL, Verdict.IGNORE)
_SWEEPS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was done about an event then, and what would be done now; `now` is None where nobody decides any more."""

    time: datetime | None
    then: Then
    now: Outcome | None

    @property
    def differences(self) -> tuple[str, ...]:
        """What of it differs: verdict, action, reason."""
        if self.now is None:
            return ("verdict",)
        found = []
        if self.now.verdict is not self.then.verdict:
            found.append("verdict")
        if self._acts and frozenset(self.actions_now) != self.then.actions:
            found.append("action")
        if not found and not _same_reason(self.then, self.now):
            found.append("reason")
        return tuple(found)

    @property
    def becomes(self) -> str:
        """The verdict of now, or what else differs where that is the same."""
        if self.now is None:
            return "nothing"
        same = self.now.verdict is self.then.verdict
        return f"{self.now.verdict}, another {self.differences[0]}" if same else str(self.now.verdict)

    @property
    def actions_now(self) -> list[tuple[str, str]]:
        """Kind and target of each action of now."""
        return sorted({_named(action) for action in self.now.actions}) if self.now is not None else []

    @property
    def _acts(self) -> bool:
        return self.now is not None and self.now.verdict in (Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD)


@dataclass(slots=True)
class Replay:
    """What a replay came to: counted, never kept event by event, so that a million events need no more memory.

    `verdicts` counts events by their strongest verdict, `moments` the same by minute. `playbooks` counts outcomes,
    `held` the guard's rules that held something, by playbook. `missing` are decisions of then whose event was not
    among those replayed.
    """

    events: int = 0
    malformed: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    moments: dict[datetime, Counter[Verdict]] = field(default_factory=dict)
    playbooks: dict[str, Counter[Verdict]] = field(default_factory=dict)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: list[Compared] = field(default_factory=list)
    missing: list[Then] = field(default_factory=list)

    @property
    def differing(self) -> list[Compared]:
        """The comparisons that differ."""
        return [one for one in self.compared if one.differences]

    @property
    def changes(self) -> Counter[tuple[str, str, str]]:
        """How many of them went from which verdict to which, by playbook."""
        return Counter((one.then.playbook, str(one.then.verdict), one.becomes) for one in self.differing)


class HeldRules:
    """An outbox that takes note of what the guard held and by which rule; nobody is told."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:  # noqa: ARG002
        """Note playbook and rule of each proposal."""
        details = [event["detail"] for event in events if event["detail-type"] == PROPOSAL]
        self.noted += [(str(detail["playbook"]), str(detail["rule"])) for detail in details]


def replayed(
    occurrences: Iterable[Occurrence],
    then: Sequence[Then],
    decider: Decider,
    rules: HeldRules,
    progress: Callable[[int], None] = lambda _: None,
) -> Replay:
    """Decide about events in the order of their time; `rules` is the outbox that the decider was made with."""
    found, swept = Replay(), datetime.min.replace(tzinfo=UTC)
    wanted: dict[str, list[Then]] = {}
    for one in then:
        wanted.setdefault(one.event, []).append(one)
    for number, occurrence in enumerate(in_order(occurrences), 1):
        if occurrence.time is not None and occurrence.time - swept >= _SWEEPS:
            decider.give_back_what_is_over()
            swept = occurrence.time
        decided = _decided(decider, occurrence)
        _count(found, decided, number)
        compared = wanted.pop(occurrence.key, ()) if occurrence.key else ()
        found.compared += [Compared(decided.time, one, _outcome(decided, one.playbook)) for one in compared]
        progress(number)
    found.held.update(rules.noted)
    found.missing = [one for left in wanted.values() for one in left]
    return found


def _decided(decider: Decider, occurrence: Occurrence) -> Decided:
    asked = occurrence.facts
    recorded = recorded_facts(asked, decider.protocols) if asked is not None else None
    if occurrence.event is not None:
        return decider.event(occurrence.event, recorded)
    return decider.one(occurrence.raw, recorded)


def _count(found: Replay, decided: Decided, number: int) -> None:
    if decided.error is not None:
        found.malformed.append(f"event {number} is malformed: {decided.error}")
        return
    found.events += 1
    verdict = min((o.verdict for o in decided.outcomes), key=STRONGEST.index, default=Verdict.IGNORE)
    found.verdicts[verdict] += 1
    for outcome in decided.outcomes:
        found.playbooks.setdefault(outcome.playbook, Counter())[outcome.verdict] += 1
    if decided.time is not None:
        found.first = min(found.first or decided.time, decided.time)
        found.last = max(found.last or decided.time, decided.time)
        minute = decided.time.replace(second=0, microsecond=0)
        found.moments.setdefault(minute, Counter())[verdict] += 1


def _outcome(decided: Decided, playbook: str) -> Outcome | None:
    return next((outcome for outcome in decided.outcomes if outcome.playbook == playbook), None)


def _named(action: Action) -> tuple[str, str]:
    return kind_of(action), action.target


def _same_reason(then: Then, now: Outcome) -> bool:
    """Whether the reasons say the same: an effect of then (`: drained`) is no part of the reason, nor is one of now."""
    return now.reason == then.reason or now.reason.startswith(f"{then.reason}: ")
