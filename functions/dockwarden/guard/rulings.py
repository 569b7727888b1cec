"""Whether a proposed action goes, is held or is refused, and why in words and numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.guard.hearing import REPLAY, foreign
from dockwarden.guard.modes import Mode, ModeRuling
from dockwarden.guard.shown import lasting, same
from dockwarden.spans import span

FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of our clock an event may be and still count as now (invariant 12)."""


class Answer(StrEnum):
    """What the guard answers."""

    GO = "go"
    HOLD = "hold"
    REFUSE = "refuse"


class Rule(StrEnum):
    """Which rule of the guard decided."""

    FOREIGN = "foreign"
    REPLAY = "replay"
    OPT_IN = "opt-in"
    MODE = "mode"
    STOP = "stop"
    AGE = "age"
    UNDONE = "undone"
    HANDS_OFF = "hands-off"
    STACK = "stack"
    MASS_FAILURE = "mass-failure"
    FREEZE = "freeze"
    BUDGET = "budget"
    COOLDOWN = "cooldown"
    CAP = "cap"
    FACTS = "facts"
    PLAYBOOK = "playbook"
    PASSED = "passed"


PEOPLE_MUST_KNOW = frozenset({Rule.AGE, Rule.STOP, Rule.UNDONE})
"""Refusals after which something that was wanted does not happen and nobody else will do it."""

LIFTABLE = frozenset(
    {
        *(Rule.MODE, Rule.HANDS_OFF, Rule.STACK, Rule.MASS_FAILURE, Rule.FREEZE),
        *(Rule.COOLDOWN, Rule.FACTS, Rule.PLAYBOOK),
    }
)
"""What a person's approval can lift, and nothing else: no refusal, unknown opt-in, budget, cap or lease."""

_ORDERS = frozenset({Rule.HANDS_OFF, Rule.STACK, Rule.FREEZE})
"""What many people may ask for at once: an approval lifts the one that was shown, and no other's."""

_AS_READ: Mapping[Rule, Callable[[str, str], bool]] = {
    **dict.fromkeys(_ORDERS, same),
    Rule.PLAYBOOK: lambda shown, now: lasting(shown) == lasting(now),
}
"""What an approval lifts only where it says what the person has read, and how the two are compared."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when an event comes from, as its envelope says, and when the lane's queue had it, as SQS says."""

    account: str | None
    region: str | None
    time: datetime | None
    replay_name: str | None
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A person wants this one action done: who, under which record, and which holds that lifts.

    `lifts` are rules that are lifted whatever they say; of `shown`, rules with what the person has read, orders and
    what the playbook has against it are lifted as they were read.
    """

    id: str
    by: str
    lifts: frozenset[Rule]
    shown: tuple[tuple[Rule, str], ...] = ()

    def lets(self, rule: Rule, why: str) -> bool:
        """Whether the person wants it done in spite of what holds it, by its rule and its sentence."""
        read = (text for shown, text in self.shown if shown is rule)
        return rule in LIFTABLE and (
            rule in self.lifts or any(rule not in _AS_READ or _AS_READ[rule](text, why) for text in read)
        )


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that the guard looks at for one action.

    `opted_in` is None where nobody knows, `stopped` is the sentence of the stop that applies, and `home`
    the account and region that Dockwarden is installed in, or None where there is none to compare with.
    `undone`, `hands_off`, `stack`, `mass_failure` and `frozen` are the sentences of what else stands in the way.
    `involuntary` work happens anyway: mass failure and freeze do not hold it up. `objections` are what its playbook
    has against it, which a person has to decide: here they are only named where nothing is done.
    """

    origin: Origin
    now: datetime
    max_age: timedelta
    mode: ModeRuling
    opted_in: bool | None
    place: str
    stopped: str | None = None
    home: tuple[str, str] | None = None
    undone: str | None = None
    hands_off: str | None = None
    stack: str | None = None
    mass_failure: str | None = None
    frozen: str | None = None
    involuntary: bool = False
    approval: Approval | None = None
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer of the guard, the rule that gave it, its reason, and the mode that goes with a go."""

    answer: Answer
    rule: Rule
    reason: str
    mode: Mode = Mode.OBSERVE


def refuse(rule: Rule, reason: str) -> Ruling:
    """A refusal."""
    return Ruling(Answer.REFUSE, rule, reason)


def hold(rule: Rule, reason: str) -> Ruling:
    """A hold."""
    return Ruling(Answer.HOLD, rule, reason)


def rule_on(seen: Circumstances) -> Ruling:
    """The answer to one proposed action: the first rule that objects, or go."""
    for objection in _RULES:
        if (ruling := objection(seen)) is not None and not _lifted(ruling, seen):
            return ruling
    if seen.approval is not None and seen.mode.mode is Mode.APPROVE:
        return Ruling(Answer.GO, Rule.PASSED, f"approved by {seen.approval.by}", Mode.ENFORCE)
    return Ruling(Answer.GO, Rule.PASSED, f"{seen.mode.why}{_else(seen)}", seen.mode.mode)


def _lifted(ruling: Ruling, seen: Circumstances) -> bool:
    """Whether a person has approved in spite of what holds it."""
    return (
        ruling.answer is Answer.HOLD
        and seen.approval is not None
        and seen.approval.lets(ruling.rule, ruling.reason)
    )


def _else(seen: Circumstances) -> str:
    """What would hold an action that is only observed, so that what is shown is what would be."""
    if seen.mode.mode.rank > Mode.OBSERVE.rank:
        return ""
    restraint = next((r.reason for rule in _RESTRAINTS if (r := rule(seen)) is not None), None)
    held = (*((restraint,) if restraint else ()), *seen.objections)
    return f"; otherwise it would be held: {'; '.join(held)}" if held else ""


def too_old(
    time: datetime | None, now: datetime, max_age: timedelta, sent: datetime | None = None
) -> str | None:
    """Why an event is too old to act upon, or None (invariants 11, 12 and 53).

    One that is dated later than its queue had it is as old as it lies there: a clock that is ahead extends nothing.
    """
    if time is None:
        return "its time is missing or unreadable, so it counts as too old"
    if time - now > FUTURE_TOLERANCE:
        return f"it is dated {span(time - now)} in the future, more than {span(FUTURE_TOLERANCE)}"
    age = now - (min(time, sent) if sent is not None else time)
    if age > max_age:
        return f"it is {span(age)} old, more than {span(max_age)}"
    return None


def _foreign(seen: Circumstances) -> Ruling | None:
    why = foreign(seen.origin.account, seen.origin.region, seen.home)
    return refuse(Rule.FOREIGN, why) if why else None


def _replay(seen: Circumstances) -> Ruling | None:
    if seen.origin.replay_name is None:
        return None
    return refuse(Rule.REPLAY, REPLAY)


def _off(seen: Circumstances) -> Ruling | None:
    return refuse(Rule.MODE, f"the mode is off: {seen.mode.why}") if seen.mode.mode is Mode.OFF else None


def _not_opted_in(seen: Circumstances) -> Ruling | None:
    return refuse(Rule.OPT_IN, f"{seen.place} is not opted in") if seen.opted_in is False else None


def _stopped(seen: Circumstances) -> Ruling | None:
    return refuse(Rule.STOP, seen.stopped) if seen.stopped is not None else None


def _age(seen: Circumstances) -> Ruling | None:
    why = too_old(seen.origin.time, seen.now, seen.max_age, seen.origin.sent)
    return refuse(Rule.AGE, f"too late to act: {why}") if why else None


def _approved_in_vain(seen: Circumstances) -> Ruling | None:
    """Nothing is done in observe mode, so that whoever wants it done is told so rather than shown an observation."""
    if seen.approval is None or seen.mode.mode is not Mode.OBSERVE:
        return None
    return refuse(Rule.MODE, f"nothing is done in observe mode: {seen.mode.why}")


def _opt_in_unknown(seen: Circumstances) -> Ruling | None:
    if seen.opted_in is not None:
        return None
    return hold(Rule.OPT_IN, f"whether {seen.place} is opted in is not known")


def _approval(seen: Circumstances) -> Ruling | None:
    if seen.mode.mode is not Mode.APPROVE:
        return None
    return hold(Rule.MODE, f"it waits for a person's approval: {seen.mode.why}")


def _undone(seen: Circumstances) -> Ruling | None:
    return refuse(Rule.UNDONE, seen.undone) if seen.undone else None


def _hands_off(seen: Circumstances) -> Ruling | None:
    return hold(Rule.HANDS_OFF, seen.hands_off) if seen.hands_off else None


def _stack(seen: Circumstances) -> Ruling | None:
    return hold(Rule.STACK, seen.stack) if seen.stack and not seen.involuntary else None


def _mass_failure(seen: Circumstances) -> Ruling | None:
    if seen.mass_failure is None or seen.involuntary:
        return None
    return hold(Rule.MASS_FAILURE, seen.mass_failure)


def _frozen(seen: Circumstances) -> Ruling | None:
    return hold(Rule.FREEZE, seen.frozen) if seen.frozen and not seen.involuntary else None


_RESTRAINTS = (_hands_off, _stack, _mass_failure, _frozen)


def _restrained(seen: Circumstances) -> Ruling | None:
    """What holds an action that would be done; one that is only observed disturbs nobody."""
    if seen.mode.mode.rank <= Mode.OBSERVE.rank:
        return None
    found = (rule(seen) for rule in _RESTRAINTS)
    return next((ruling for ruling in found if ruling is not None and not _lifted(ruling, seen)), None)


_RULES: tuple[Callable[[Circumstances], Ruling | None], ...] = (
    _foreign,
    _replay,
    _off,
    _not_opted_in,
    _stopped,
    _age,
    _undone,
    _approved_in_vain,
    _opt_in_unknown,
    _restrained,
    _approval,
)
