"""What else fails at the same time, so that the release may not be why. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.known_good import Known
from dockwarden.facts.services import ServiceState
from dockwarden.incidents.history import History, Incident
from dockwarden.rollback.causes import helps, is_unclear, needed_instead
from dockwarden.rollback.failing import is_of
from dockwarden.service_actions import revision_name

_LATELY = timedelta(minutes=30)


def beside(
    history: History, incident: Incident, known: Known, state: ServiceState, now: datetime
) -> tuple[str, ...]:
    """What speaks for another cause than the release that an incident is about."""
    return (*_what_worked_fails(history, known, state, now), *_other_causes(history, incident, now))


def _what_worked_fails(history: History, known: Known, state: ServiceState, now: datetime) -> Iterator[str]:
    """Whether tasks of a revision that worked fail since the new one is deployed, too: the two have a cause in common."""
    primary = state.deployment()
    began = primary.created_at if primary is not None else None
    since = max(now - _LATELY, began) if began is not None else now - _LATELY
    worked = {revision_name(good.task_definition) for good in known.good}
    others = (s for s in history.stops if s.counts and s.at >= since and not is_of(s, state))
    failed = sorted({stop.revision for stop in others if stop.revision in worked})
    for name in failed[:1]:
        yield f"{name}, which worked, fails too since then: something else than the release may have changed"


def _other_causes(history: History, incident: Incident, now: datetime) -> Iterator[str]:
    """Causes of now that no revision ends: another revision would meet them as well."""
    for other in history.incidents:
        cause = Cause(other.cause)
        lately = other.open and now - other.last_at <= _LATELY
        if lately and other.id != incident.id and not helps(cause) and not is_unclear(cause):
            yield f"{cause} at the same time: {needed_instead(cause)}"
