"""To which revision a service may be put back: one that is known to have worked, and can be deployed now. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from dockwarden.facts.known_good import BadRevision, Digests, GoodRevision, Known
from dockwarden.facts.releases import Candidate, ImageState
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.copies import may_be_pinned, off, one_copies_the_other, whole
from dockwarden.rollback.soaking import same
from dockwarden.service_actions import revision_name

AskCandidate: TypeAlias = Callable[[str, Mapping[str, str]], Candidate | NotRead]
"""Reads whether a task definition can be deployed with its digests; asked for few, and one after another."""

_MOST = 5
"""So many candidates are looked at; what is further back is no small step any more."""


@dataclass(frozen=True, slots=True)
class Target:
    """The revision to go back to, and why the service may not be put on it by itself; none: it may.

    `pinned` says that it is a copy of it with pinned images that the service has to be put on.
    """

    good: GoodRevision
    objection: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class NoTarget:
    """There is nothing to go back to, and why each candidate fell out."""

    why: str


@dataclass(frozen=True, slots=True)
class Running:
    """What a service has now: a task definition, and the digests of its images as far as they are known."""

    task_definition: str
    digests: Digests = ()


def choose(
    known: Known, current: Running, now: datetime, oldest: timedelta, ask: AskCandidate
) -> Target | NoTarget:
    """The newest good revision that can be deployed now (invariants 21-25); never a guess.

    A revision whose image is gone or archived, or whose task definition is not ACTIVE, is passed over. One whose
    tag stands for another image by now would not run what ran: a pinned copy of it does. Where none may be made, it
    is proposed, and not done by itself. A copy of one that is INACTIVE is the last resort, and a person decides.
    """
    passed: list[str] = []
    spare: Target | None = None
    for good in _candidates(known, current, now, oldest):
        found, name = ask(good.task_definition, dict(good.digests)), _named(good)
        if isinstance(found, NotRead):
            return Target(good, f"whether {name} can be deployed could not be read: {found.why}")
        out = _falls_out(found) or _brings_nothing(good, current, found)
        if out is None:
            return _target(good, current, found)
        passed.append(f"{name}: {out}")
        spare = spare or _copy_of_inactive(good, found)
    return spare or NoTarget("; ".join(passed) or "no revision of it is known to have worked")


def _candidates(known: Known, current: Running, now: datetime, oldest: timedelta) -> Sequence[GoodRevision]:
    """The good revisions but the current one, inside the rollback window and never rolled back.

    Those that Dockwarden has seen soak come first, the newest before the others.
    """
    fitting = [
        good
        for good in known.good
        if not is_current(good, current)
        and now - good.last_seen <= oldest
        and not any(_is_bad(bad, good) and not bad.undone for bad in known.bad)
    ]
    return sorted(fitting, key=lambda good: good.by_history)[:_MOST]


def is_current(good: GoodRevision, current: Running) -> bool:
    """Whether a service has a release already; a copy and its original are one, a number with another image is not."""
    if good.task_definition == current.task_definition:
        return not good.digests or not current.digests or good.digests == current.digests
    return one_copies_the_other(good, current)


def _is_bad(bad: BadRevision, good: GoodRevision) -> bool:
    return same(bad, good) or one_copies_the_other(bad, good)


def _falls_out(candidate: Candidate) -> str | None:
    """Why a revision cannot be deployed at all."""
    if not candidate.definition.active:
        return f"its task definition is {candidate.definition.status}"
    gone = [i for i in candidate.images if i.state in (ImageState.GONE, ImageState.ARCHIVED)]
    return f"the image of {gone[0].container} is {gone[0].state}" if gone else None


def _brings_nothing(good: GoodRevision, current: Running, found: Candidate) -> str | None:
    """Why UpdateService would not bring back what ran under the number that the service has, but with another image."""
    if good.task_definition != current.task_definition or may_be_pinned(found, good.digests):
        return None
    return f"it runs, with another image than the one that worked; {off(found)}"


def _target(good: GoodRevision, current: Running, found: Candidate) -> Target:
    """A revision that can be deployed, or a copy of it: UpdateService to the number that it has begins nothing."""
    moved = any(one.state is ImageState.MOVED for one in found.images)
    if (moved or good.task_definition == current.task_definition) and may_be_pinned(found, good.digests):
        return Target(good, None if whole(found) else _objection(good, found), pinned=True)
    return Target(good, _objection(good, found))


def _copy_of_inactive(good: GoodRevision, found: Candidate) -> Target | None:
    """A revision that was deregistered, but can still be read and registered anew, if a person wants that."""
    if found.definition.status != "INACTIVE" or not whole(found) or not may_be_pinned(found, good.digests):
        return None
    return Target(good, f"{_named(good)} is INACTIVE: a copy of it has to be registered", pinned=True)


def _objection(good: GoodRevision, candidate: Candidate) -> str | None:
    """Why a revision that can be deployed is not deployed without a person."""
    doubtful = [i for i in candidate.images if i.state is not ImageState.SAME]
    if not doubtful:
        return None if candidate.images else f"the images of {_named(good)} are not known"
    first = doubtful[0]
    if first.state is ImageState.MOVED and not may_be_pinned(candidate, good.digests):
        return (
            f"{first.image} in {_named(good)} stands for another image than the one that worked: "
            f"a deployment now would not run what ran then; {off(candidate)}"
        )
    first = next((one for one in doubtful if one.state is not ImageState.MOVED), first)
    return (
        f"whether the image of {first.container} in {_named(good)} is still the one that worked is not known"
    )


def _named(good: GoodRevision) -> str:
    return revision_name(good.task_definition)
