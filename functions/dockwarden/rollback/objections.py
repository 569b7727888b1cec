"""What stands against a rollback by itself, each in words for the person who decides instead. Pure."""

from collections.abc import Iterator, Sequence

from dockwarden.facts.alarms import AlarmVerdict
from dockwarden.facts.known_good import BadRevision, GoodRevision
from dockwarden.facts.releases import Revision
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import ROLLBACK_TAG, Case, Gates, rollback_tag
from dockwarden.rollback.causes import is_unclear
from dockwarden.rollback.copies import one_copies_the_other
from dockwarden.rollback.progress import cannot_progress
from dockwarden.rollback.soaking import recognised
from dockwarden.rollback.targets import Running, is_current
from dockwarden.service_actions import revision_name
from dockwarden.spans import span

_ALL = 100


def objections(case: Case, gates: Gates) -> tuple[str, ...]:
    """What stands against any rollback of a service by itself."""
    found = (_tag(case), _unclear(case), *case.beside, _few(case, gates), _barrier(case), *_alarms(case))
    return (*filter(None, found), *_stands_still(case), *_once(case), *_worked(case))


def tried_in_vain(case: Case, good: GoodRevision) -> Iterator[str]:
    """Whether ECS has taken back a deployment of what worked since it was last seen to work."""
    rollouts, revisions = case.releases.rollouts, case.releases.revisions
    if isinstance(rollouts, NotRead) or isinstance(revisions, NotRead):
        return
    for one in rollouts:
        brought = revisions.get(one.target or "")
        taken_back = one.status is not None and one.status.startswith("ROLLBACK_")
        later = one.created_at is None or one.created_at > good.last_seen
        if taken_back and later and brought is not None and _brings(brought, good):
            name, at = revision_name(good.task_definition), one.created_at
            when = f" of {at:%d %b, %H:%M} UTC" if at is not None else ""
            yield f"the last deployment{when} to {name} was taken back: {one.status}"
            return


def _brings(brought: Revision, good: GoodRevision) -> bool:
    """Whether a revision is one by its number, or the one is the pinned copy of the other."""
    return brought.task_definition == good.task_definition or one_copies_the_other(brought, good)


def given_up(case: Case) -> Iterator[str]:
    """Whether somebody has stopped its newest deployment, or ECS could not take it back: a person is at it, or has to be."""
    rollout = case.rollout
    if rollout is not None and rollout.status == "STOPPED":
        yield "its newest deployment was stopped, by a person or a tool: who did that may have something in mind"
    elif rollout is not None and rollout.status == "ROLLBACK_FAILED":
        yield "ECS tried to take it back and failed (ROLLBACK_FAILED): a person has to look why"


def too_old(case: Case, gates: Gates) -> Iterator[str]:
    """Whether what fails was deployed so long ago that something else may have changed."""
    primary = case.state.deployment()
    began = primary.created_at if primary is not None else None
    if began is None:
        yield "when it was deployed is not known"
    elif case.now - began > gates.newest:
        yield f"it was deployed {span(case.now - began)} ago, more than {span(gates.newest)}"


def _tag(case: Case) -> str | None:
    if rollback_tag(case.state) == "safe":
        return None
    said = case.state.tag(ROLLBACK_TAG)
    return f"its tag {ROLLBACK_TAG} says {said or 'nothing, which means ask'}"


def _unclear(case: Case) -> str | None:
    return f"{case.cause} may be the revision's or not" if is_unclear(case.cause) else None


def _few(case: Case, gates: Gates) -> str | None:
    """Whether too few of its tasks fail: one poisoned message is no bad release.

    Its minimum healthy percent counts where that is less than 100: else every single stop would be below it.
    """
    if isinstance(case.share, NotRead):
        return f"how many of its tasks hold could not be read: {case.share.why}"
    desired, failing = case.share.desired, case.share.failing
    least = case.state.minimum_healthy_percent
    needed = -(-desired * (least if least is not None else _ALL) // _ALL)
    if failing * _ALL >= desired * gates.failing_percent or case.share.holding < needed < desired:
        return None
    return f"{failing} of its {desired} tasks are known to fail, less than {gates.failing_percent} percent"


def _barrier(case: Case) -> str | None:
    if isinstance(case.current, NotRead):
        return f"whether its release may be taken back could not be read: {case.current.why}"
    if case.current.barrier:
        return f"{revision_name(case.current.arn)} has the tag dockwarden:barrier: others rely on what it changed"
    return None


def _alarms(case: Case) -> Iterator[str]:
    """Alarms that speak neither for nor against it: a person decides."""
    if isinstance(case.alarms, NotRead):
        yield f"its alarms could not be read: {case.alarms.why}"
    elif case.alarms is not None:
        for alarm in case.alarms.alarms:
            if case.alarms.verdict(alarm) is AlarmVerdict.INCONCLUSIVE:
                yield f"its alarm {alarm.name} is inconclusive"


def _stands_still(case: Case) -> Sequence[str]:
    """Why a rollback would not get on: only tasks that hold are in its way, the others are gone anyway."""
    holds = isinstance(case.share, NotRead) or case.share.steady > 0
    return cannot_progress(case.state) if holds else ()


def _once(case: Case) -> Iterator[str]:
    """Whether the revision was rolled back before: whoever brings it back is not fought (invariant 19)."""
    current = case.releases.current
    bad = _before(case)
    if bad is None or current is None:
        return
    name, at = revision_name(current.task_definition), f"{bad.at:%d %b, %H:%M} UTC"
    if bad.task_definition == current.task_definition:
        yield f"{name} was rolled back on {at} and deployed again: once is enough by itself"
    else:
        was = revision_name(bad.task_definition)
        yield f"{name} brings the image of {was}, which was rolled back on {at}: once is enough by itself"


def _before(case: Case) -> BadRevision | None:
    """The rollback of what it runs now: the same number is enough, also with an image that was built anew."""
    current = case.releases.current
    if current is None:
        return None
    by_number = (bad for bad in case.known.bad if bad.task_definition == current.task_definition)
    return recognised(case.known, current) or next(by_number, None)


def _worked(case: Case) -> Iterator[str]:
    """Whether what fails is known to have worked: then going back to another one may not help."""
    good = _is_good(case)
    if good is not None:
        name = revision_name(case.state.task_definition_arn or "")
        yield f"{name} itself was good since {good.since:%d %b, %H:%M} UTC: something else has changed"


def _is_good(case: Case) -> GoodRevision | None:
    """What is known of it where it is known to have worked, by itself or by what it is a pinned copy of."""
    current = Running(case.state.task_definition_arn or "", case.digests)
    found = (one for one in case.known.good if is_current(one, current))
    return next(found, None)
