"""To which revision a service may be put back: one that is known to have worked, and can be deployed now. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from dockwarden.facts.known_good import GoodRevision, Known
from dockwarden.facts.releases import Candidate, ImageState
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.soaking import same
from dockwarden.service_actions import revision_name

AskCandidate: TypeAlias = Callable[[str, Mapping[str, str]], Candidate | NotRead]
"""Reads whether a task definition can be deployed with its digests; asked for few, and one after another."""

_MOST = 5
"""So many candidates are looked at; what is further back is no small step any more."""


@dataclass(frozen=True, slots=True)
class Target:
    """The revision to go back to, and why the service may not be put on it by itself; none: it may."""

    good: GoodRevision
    objection: str | None = None


@dataclass(frozen=True, slots=True)
class NoTarget:
    """There is nothing to go back to, and why each candidate fell out."""

    why: str


def choose(
    known: Known, current: str, now: datetime, oldest: timedelta, ask: AskCandidate
) -> Target | NoTarget:
    """The newest good revision that can be deployed now (invariants 21-25); never a guess.

    A revision whose image is gone or archived, or whose task definition is not ACTIVE, is passed over. One whose
    tag stands for another image by now is proposed, and not done by itself: the tag would be resolved anew.
    """
    passed: list[str] = []
    for good in _candidates(known, current, now, oldest):
        found = ask(good.task_definition, dict(good.digests))
        if isinstance(found, NotRead):
            why = f"whether {revision_name(good.task_definition)} can be deployed could not be read: {found.why}"
            return Target(good, why)
        if (out := _falls_out(found)) is not None:
            passed.append(f"{revision_name(good.task_definition)}: {out}")
            continue
        return Target(good, _objection(good, found))
    return NoTarget("; ".join(passed) or "no revision of it is known to have worked")


def _candidates(known: Known, current: str, now: datetime, oldest: timedelta) -> Sequence[GoodRevision]:
    """The good revisions but the current one, inside the rollback window and never rolled back, the newest first."""
    fitting = [
        good
        for good in known.good
        if good.task_definition != current
        and now - good.last_seen <= oldest
        and not any(same(bad, good) for bad in known.bad)
    ]
    return fitting[:_MOST]


def _falls_out(candidate: Candidate) -> str | None:
    """Why a revision cannot be deployed at all."""
    if not candidate.definition.active:
        return f"its task definition is {candidate.definition.status}"
    gone = [i for i in candidate.images if i.state in (ImageState.GONE, ImageState.ARCHIVED)]
    return f"the image of {gone[0].container} is {gone[0].state}" if gone else None


def _objection(good: GoodRevision, candidate: Candidate) -> str | None:
    """Why a revision that can be deployed is not deployed without a person."""
    doubtful = next((i for i in candidate.images if i.state is not ImageState.SAME), None)
    name = revision_name(good.task_definition)
    if doubtful is None:
        return None if candidate.images else f"the images of {name} are not known"
    if doubtful.state is ImageState.MOVED:
        return (
            f"{doubtful.image} in {name} stands for another image than the one that worked: "
            f"a deployment now would not run what ran then"
        )
    return f"whether the image of {doubtful.container} in {name} is still the one that worked is not known"
