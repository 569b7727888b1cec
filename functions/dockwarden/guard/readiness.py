"""How far a playbook has earned more trust in a place: what it would have done, against what people did and said. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.guard.deeds import Deed, resource_of
from dockwarden.guard.modes import Mode

SAME = timedelta(hours=2)
"""What a person did to the target within this time, before or after, is their answer to the same question."""

RECENT = timedelta(days=7)
"""Nothing is ready as long as something was wrong within this time."""


class How(StrEnum):
    """What became of an action: not done because it was only observed, done, or refused by a person."""

    OBSERVED = "observed"
    DONE = "done"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Seen:
    """One action that a playbook decided on in a place; `approved` says that a person let it go."""

    id: str
    playbook: str
    place: str
    target: str
    kind: str
    at: datetime
    how: How
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person says of one action: right or wrong."""

    id: str
    by: str
    right: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """An action that was undone or marked wrong, and when."""

    id: str
    playbook: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of a playbook in a place; all counts are of actions, `days` since the first of them.

    `agreed` and `opposed` count those where a person did the same, or the opposite, to the target; `confirmed` those
    that a person did, too, approved or marked right. `wrong_lately` says that one was wrong within RECENT.
    """

    playbook: str
    place: str
    days: int
    observed: int
    done: int
    rejected: int
    agreed: int
    opposed: int
    right: int
    wrong: int
    confirmed: int
    wrong_lately: bool

    @property
    def actions(self) -> int:
        """Everything that was decided on."""
        return self.observed + self.done + self.rejected

    @property
    def against(self) -> int:
        """What speaks against it."""
        return self.wrong + self.opposed + self.rejected

    def missing(self, mode: Mode) -> tuple[str, ...]:
        """What is missing for a mode, in words; nothing where it is ready. Less power needs no readiness."""
        if mode.rank <= Mode.OBSERVE.rank:
            return ()
        wanted = _WANTED[mode]
        lacks = (
            (self.wrong_lately, f"one was wrong within {RECENT.days} days"),
            (self.days < wanted.days, f"{wanted.days} days are wanted"),
            (self.actions < wanted.actions, f"{wanted.actions} actions are wanted"),
            (self.confirmed < wanted.confirmed, f"{wanted.confirmed} that people confirm are wanted"),
            (self.against * wanted.in_how_many > self.actions, f"{self.against} speak against it"),
        )
        return tuple(why for lacking, why in lacks if lacking)

    @property
    def ready_for(self) -> Mode:
        """The highest mode that it is ready for, OBSERVE where it is for none above."""
        ready = (mode for mode in (Mode.ENFORCE, Mode.APPROVE) if not self.missing(mode))
        return next(ready, Mode.OBSERVE)

    def sentence(self) -> str:
        """All of it for people."""
        said = f"{self.right} marked right, {self.wrong} wrong"
        people = f"people did the same {self.agreed} times and the opposite {self.opposed}"
        done = f", {self.done} were" if self.done else ""
        rejected = f", {self.rejected} were rejected" if self.rejected else ""
        what = f"{self.days} days, {self.observed} would have been done{done}{rejected}; {people}; {said}"
        if self.ready_for is Mode.OBSERVE:
            return f"{what}: not ready ({'; '.join(self.missing(Mode.APPROVE))})"
        return f"{what}: ready for {self.ready_for}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a mode asks for; one in `in_how_many` actions may have something against it."""

    days: int
    actions: int
    confirmed: int
    in_how_many: int


_WANTED = {Mode.APPROVE: _Wanted(7, 3, 0, 5), Mode.ENFORCE: _Wanted(14, 5, 3, 1_000_000)}


def rank(
    seen: Iterable[Seen],
    marks: Iterable[Mark],
    wrongs: Iterable[Wrong],
    deeds: Mapping[str, Sequence[Deed]],
    now: datetime,
) -> tuple[Readiness, ...]:
    """The readiness of each playbook in each place, best first, whatever the order of what is known.

    `deeds` are by target, as `resource_of` names it. Only what people did counts.
    """
    found = {one.id: one for one in seen}
    bad = set(wrongs)
    places = {(one.playbook, one.place) for one in found.values()}
    places |= {(one.playbook, one.place) for one in bad}
    said = _said(marks)
    ready = (
        _readiness(
            place,
            [one for one in found.values() if (one.playbook, one.place) == place],
            said,
            [one for one in bad if (one.playbook, one.place) == place],
            deeds,
            now=now,
        )
        for place in places
    )
    return tuple(sorted(ready, key=_order))


def _said(marks: Iterable[Mark]) -> dict[str, bool]:
    """Whether each marked action was right; one wrong among several people's marks makes it wrong."""
    said: dict[str, bool] = {}
    for mark in marks:
        said[mark.id] = mark.right and said.get(mark.id, True)
    return said


def _readiness(
    place: tuple[str, str],
    seen: Sequence[Seen],
    said: Mapping[str, bool],
    wrongs: Sequence[Wrong],
    deeds: Mapping[str, Sequence[Deed]],
    *,
    now: datetime,
) -> Readiness:
    answers = {one.id: _answer(one, deeds.get(resource_of(one.target), ())) for one in seen}
    agreed = {id_ for id_, same in answers.items() if same is True}
    right = {one.id for one in seen if said.get(one.id) is True}
    wrong = {one.id for one in seen if said.get(one.id) is False} | {one.id for one in wrongs}
    return Readiness(
        *place,
        days=max((0, *((now - one.at).days for one in seen))),
        observed=_count(seen, How.OBSERVED),
        done=_count(seen, How.DONE),
        rejected=_count(seen, How.REJECTED),
        agreed=len(agreed),
        opposed=sum(same is False for same in answers.values()),
        right=len(right - wrong),
        wrong=len(wrong),
        confirmed=len((agreed | right | {one.id for one in seen if one.approved}) - wrong),
        wrong_lately=any(now - one.at < RECENT for one in wrongs),
    )


def _count(seen: Sequence[Seen], how: How) -> int:
    return sum(one.how is how for one in seen)


def _answer(one: Seen, deeds: Sequence[Deed]) -> bool | None:
    """Whether a person did the same to the target, or something else with the same operation; None for neither.

    After an action that was done nobody has to do it again, so that only the opposite says anything.
    """
    near = [d for d in deeds if d.person and abs(d.at - one.at) <= SAME and _call(d.kind) == _call(one.kind)]
    if one.how is How.OBSERVED and any(deed.kind == one.kind for deed in near):
        return True
    return False if any(deed.kind != one.kind for deed in near) else None


def _call(kind: str) -> str:
    """The operation of an action's kind, of which the opposite is another kind."""
    return kind.partition(":")[0]


def _order(found: Readiness) -> tuple[int, int, int, int, int, str, str]:
    return (
        -found.ready_for.rank,
        found.against,
        -found.confirmed,
        -found.actions,
        -found.days,
        found.playbook,
        found.place,
    )
