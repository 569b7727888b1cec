"""Whether a proposed action goes, is held or is refused, and why in words and numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.guard.hearing import REPLAY, foreign
from dockwarden.guard.modes import Mode, ModeRuling
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
    PASSED = "passed"


PEOPLE_MUST_KNOW = frozenset({Rule.AGE, Rule.STOP})
"""Refusals after which something that was wanted does not happen and nobody else will do it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when an event comes from, as its envelope says."""

    account: str | None
    region: str | None
    time: datetime | None
    replay_name: str | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that the guard looks at for one action.

    `opted_in` is None where nobody knows, `stopped` is the sentence of the stop that applies, and `home`
    the account and region that Dockwarden is installed in, or None where there is none to compare with.
    """

    origin: Origin
    now: datetime
    max_age: timedelta
    mode: ModeRuling
    opted_in: bool | None
    place: str
    stopped: str | None = None
    home: tuple[str, str] | None = None


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
        if (ruling := objection(seen)) is not None:
            return ruling
    return Ruling(Answer.GO, Rule.PASSED, seen.mode.why, seen.mode.mode)


def too_old(time: datetime | None, now: datetime, max_age: timedelta) -> str | None:
    """Why an event is too old to act upon, or None (invariants 11, 12 and 53)."""
    if time is None:
        return "its time is missing or unreadable, so it counts as too old"
    if time - now > FUTURE_TOLERANCE:
        return f"it is dated {span(time - now)} in the future, more than {span(FUTURE_TOLERANCE)}"
    if now - time > max_age:
        return f"it is {span(now - time)} old, more than {span(max_age)}"
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
    why = too_old(seen.origin.time, seen.now, seen.max_age)
    return refuse(Rule.AGE, f"too late to act: {why}") if why else None


def _opt_in_unknown(seen: Circumstances) -> Ruling | None:
    if seen.opted_in is not None:
        return None
    return hold(Rule.OPT_IN, f"whether {seen.place} is opted in is not known")


def _approval(seen: Circumstances) -> Ruling | None:
    if seen.mode.mode is not Mode.APPROVE:
        return None
    return hold(Rule.MODE, f"it waits for a person's approval: {seen.mode.why}")


_RULES: tuple[Callable[[Circumstances], Ruling | None], ...] = (
    _foreign,
    _replay,
    _off,
    _not_opted_in,
    _stopped,
    _age,
    _opt_in_unknown,
    _approval,
)
