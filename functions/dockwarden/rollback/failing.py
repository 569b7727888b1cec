"""Whether a service fails so that a rollback is considered, and whether by what it runs now. Pure."""

from collections import Counter
from datetime import datetime, timedelta

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.services import ServiceState
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.rollback.causes import helps, is_unclear
from dockwarden.service_actions import revision_name

OFTEN = 3
"""So many tasks of one revision that failed within a day are serious, however long each of them ran."""

_LATELY = timedelta(hours=24)


def serious(history: History, now: datetime) -> Incident | None:
    """The open incident for which a rollback is considered: a crash loop, a failed deployment, or many failures.

    The last of these is a revision that fails again and again after an hour, which is no loop of short lives. Of
    several the one that a rollback may end comes first, however new the others are.
    """
    often = _fails_often(history, now)
    found = [
        i for i in history.incidents if i.open and (i.looping or i.failed is not None or i.cause in often)
    ]
    return max(found, key=lambda one: (_hope(Cause(one.cause)), one.last_at, one.id), default=None)


def _hope(cause: Cause) -> int:
    """How likely another revision ends a cause."""
    return 2 if helps(cause) else int(is_unclear(cause))


def _fails_often(history: History, now: datetime) -> set[str]:
    """The causes of revisions that have failed often of late."""
    lately = [s for s in history.stops if s.counts and now - s.at <= _LATELY]
    counted = Counter((stop.revision, stop.cause) for stop in lately)
    return {cause for (_, cause), count in counted.items() if count >= OFTEN}


def fails_now(
    history: History, incident: Incident, state: ServiceState, since: datetime | None = None
) -> bool:
    """Whether what failed belongs to the deployment that the service has now, and not to one that is history.

    After a rollback, by whomever, and after a fix forward, an incident is open for a while still; that the first
    task of the new deployment fails is no reason yet to take that one back, too. `since` is when we rolled the
    service back to what it has now: what failed before, or by the deployment that was taken back, says nothing
    against that (invariant 18), also where ECS has gone back to a deployment that was there before.
    """
    primary = state.deployment()
    lately = since is None or incident.last_at > since
    if primary is not None and primary.id is not None and incident.failed == primary.id and lately:
        return True
    stops = (stop for stop in history.stops if stop.counts and (since is None or stop.at > since))
    return sum(is_of(stop, state) for stop in stops) >= OFTEN


def is_of(stop: Stop, state: ServiceState) -> bool:
    """Whether a task that failed was of the deployment that a service has now."""
    primary = state.deployment()
    if primary is None or primary.id is None or stop.deployment is None:
        began = primary.created_at if primary is not None else None
        same = stop.revision == revision_name(state.task_definition_arn or "")
        return same and (began is None or stop.at >= began)
    return stop.deployment == primary.id
