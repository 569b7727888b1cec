"""Where ECS itself takes a deployment back to that is under way, and whether that is known to have worked. Pure."""

from dataclasses import dataclass

from dockwarden.facts.known_good import BadRevision, GoodRevision
from dockwarden.facts.releases import Candidate, ImageState, Revision
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Ask, Case
from dockwarden.rollback.copies import one_copies_the_other
from dockwarden.rollback.soaking import same
from dockwarden.service_actions import revision_name


@dataclass(frozen=True, slots=True)
class NoWayBack:
    """Why ECS would go back to nothing that is known to work."""

    why: str


@dataclass(frozen=True, slots=True)
class WayBack:
    """What ECS goes back to, and why a person has to decide about that; none: it may."""

    good: GoodRevision
    objection: str | None = None


def way_back(case: Case, ask: Ask) -> WayBack | NoWayBack:
    """What ECS would take a deployment under way back to: the service revision that it last found to work.

    It starts that with the digests that it resolved then, so that a tag that has moved since does not matter.
    """
    back = _proven(case)
    if isinstance(back, NoWayBack):
        return back
    name = revision_name(back.task_definition)
    if any(_is(bad, back) and not bad.undone for bad in case.known.bad):
        return NoWayBack(f"ECS would take it back to {name}, which was rolled back before")
    good = next((one for one in case.known.good if _is(one, back)), None)
    if good is None:
        return NoWayBack(f"ECS would take it back to {name}, which is not known to have worked")
    found = ask.candidate(back.task_definition, dict(good.digests))
    if isinstance(found, NotRead):
        return WayBack(good, f"whether the images of {name} are there could not be read: {found.why}")
    return _with_images(good, found, name)


def _is(one: BadRevision | GoodRevision, back: Revision) -> bool:
    """Whether what is known is the release that ECS goes back to; a pinned copy and its original are one."""
    return same(one, back) or one_copies_the_other(one, back)


def _proven(case: Case) -> Revision | NoWayBack:
    rollouts, revisions = case.releases.rollouts, case.releases.revisions
    if isinstance(rollouts, NotRead) or isinstance(revisions, NotRead):
        return NoWayBack("to what ECS would take it back could not be read")
    proven = next((one.proven for one in rollouts[1:] if one.proven is not None), None)
    return revisions.get(proven or "") or NoWayBack("to what ECS would take it back is not known")


def _with_images(good: GoodRevision, found: Candidate, name: str) -> WayBack | NoWayBack:
    gone = [i for i in found.images if i.state in (ImageState.GONE, ImageState.ARCHIVED)]
    if gone:
        return NoWayBack(
            f"ECS would take it back to {name}, whose image of {gone[0].container} is {gone[0].state}"
        )
    there = (ImageState.SAME, ImageState.MOVED)
    unsure = [i.container for i in found.images if i.state not in there]
    if unsure or not found.images:
        what = f"the image of {unsure[0]}" if unsure else "any image"
        return WayBack(good, f"whether {what} in {name} is still the one that worked is not known")
    return WayBack(good)
