"""Releases between the one that worked and the one that fails: one that migrated a schema must not be taken back. Pure."""

from collections.abc import Iterator

from dockwarden.facts.known_good import GoodRevision
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.rollouts import MOST_ROLLOUTS, Rollout
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Define
from dockwarden.service_actions import revision_name

_MOST = 10
"""So many releases are asked for a barrier; what is further back is no small step any more."""

_NOT_ALL = "not all releases that came in between could be read"


def between(releases: ServiceReleases, good: GoodRevision, define: Define) -> Iterator[str]:
    """What speaks against going back past the releases that came after a good one: a barrier, or one that is unknown."""
    rollouts, revisions = releases.rollouts, releases.revisions
    if isinstance(rollouts, NotRead) or isinstance(revisions, NotRead):
        yield "which releases came in between could not be read"
        return
    newer = [one for one in rollouts if one.created_at is None or one.created_at >= good.last_seen]
    known = [revisions.get(one.target or "") for one in newer]
    if None in known or not _reach_back(rollouts, good):
        yield _NOT_ALL
    ends = (releases.state.task_definition_arn, good.task_definition)
    brought = [one.task_definition for one in known if one is not None and one.task_definition not in ends]
    arns = list(dict.fromkeys(brought))
    if len(arns) > _MOST:
        yield f"{len(arns)} releases came in between, of which {_MOST} were asked whether they are a barrier"
    for arn in arns[:_MOST]:
        found = define(arn)
        if isinstance(found, NotRead):
            yield f"whether {revision_name(arn)} is a barrier could not be read: {found.why}"
        elif found.barrier:
            yield f"{revision_name(arn)} in between has the tag dockwarden:barrier: others rely on what it changed"


def _reach_back(rollouts: tuple[Rollout, ...], good: GoodRevision) -> bool:
    """Whether what was read of the history goes back to when the good one was seen."""
    if len(rollouts) < MOST_ROLLOUTS:
        return True
    return any(one.created_at is not None and one.created_at <= good.last_seen for one in rollouts)
