"""To which open incident a failure belongs, and by whose cause the incident is called then. Pure.

The events of one failure come in any order, and one that does not say why, such as that a deployment failed,
may come before the tasks that do. So such a failure belongs to the incident that is open, and an incident of
nothing but such failures is taken over by the first cause that is known: in every order one incident is left.
"""

from datetime import datetime, timedelta

from dockwarden.causes.vocabulary import NO_FAILURE, Cause
from dockwarden.incidents.history import History, Incident

_SAME_FAILURE = timedelta(hours=3)
"""So far apart, a cause and a failure without one may still be one; later, people get a new card, not an edit."""


def incident_of(history: History, cause: str, at: datetime, *, of_tasks: bool) -> Incident | None:
    """The open incident that a failure belongs to, None where it opens one."""
    still = sorted((one for one in history.incidents if one.open), key=lambda one: (one.last_at, one.id))
    known = [one for one in still if says_why(one.cause, of_tasks=one.of_tasks)]
    if not says_why(cause, of_tasks=of_tasks):
        return next(reversed(known or still), None)
    near = (one for one in still if one not in known and _is_near(one, at))
    return history.incident(cause) or next(near, None)


def takes_over(incident: Incident, cause: str, *, of_tasks: bool) -> bool:
    """Whether an incident is called by the cause of a failure that belongs to it from now on."""
    mine = _weight(incident.cause, of_tasks=incident.of_tasks)
    return cause != incident.cause and _weight(cause, of_tasks=of_tasks) > mine


def says_why(cause: str, *, of_tasks: bool) -> bool:
    """Whether a failure has a cause of its own; a task's has, even where it stays unknown why it stopped."""
    return of_tasks or cause not in {Cause.UNKNOWN, *NO_FAILURE}


def _is_near(incident: Incident, at: datetime) -> bool:
    return incident.opened_at - _SAME_FAILURE <= at <= incident.last_at + _SAME_FAILURE


def _weight(cause: str, *, of_tasks: bool) -> int:
    if says_why(cause, of_tasks=of_tasks):
        return 2
    return 0 if cause == Cause.UNKNOWN else 1
