"""What a look at all services says: who has run too few tasks for too long, and who is healthy again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dockwarden.facts.roster import ServiceNow
from dockwarden.incidents.hidden import NOT_ASKED, Inside, restarting
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import Change, Thresholds, failing, resolved, steady

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One service as the sweep has seen it, its history before and after, and the changes in between."""

    service: ServiceNow
    before: History
    history: History
    changes: tuple[Change, ...]
    inside: Inside = NOT_ASKED

    @property
    def changed(self) -> bool:
        """Whether there is anything to remember; since when it is steady matters only while an incident is open."""
        steady_since = (
            self.before.steady_since if self.history.latest() is None else self.history.steady_since
        )
        return replace(self.history, steady_since=steady_since) != self.before


def swept(  # noqa: PLR0917  all that a sweep knows of one service
    service: ServiceNow,
    history: History,
    now: datetime,
    below: timedelta,
    thresholds: Thresholds,
    inside: Inside = NOT_ASKED,
) -> Seen:
    """What a sweep makes of one service: too few tasks for too long, restarts inside them, or steady for the soak."""
    if service.running >= service.desired and not service.deploying:
        if inside.many or inside.may_go_on(history):
            return _restarts(service, history, now, inside)
        calm = replace(steady(history, now), below_since=None)
        over = tuple(resolved(calm, now, thresholds))
        return Seen(service, history, over[-1].history if over else calm, over, inside)
    since = history.below_since or now
    few = _runs_too_few(service)
    short = replace(history, below_since=since if few else None, steady_since=None)
    # An open incident tells already why; that it goes on is no news.
    if not few or now - since < below or short.latest() is not None:
        return Seen(service, history, short, ())
    change = failing(short, UNKNOWN, None, now)
    return Seen(service, history, change.history, (change,))


def _restarts(service: ServiceNow, history: History, now: datetime, inside: Inside) -> Seen:
    """A service with all its tasks that is not steady all the same."""
    busy = replace(history, below_since=None, steady_since=None)
    change = restarting(busy, now) if inside.many else None
    if change is None:
        return Seen(service, history, busy, (), inside)
    return Seen(service, history, change.history, (change,), inside)


def _runs_too_few(service: ServiceNow) -> bool:
    """Whether tasks are missing that no deployment is replacing just now; none at all is always too few."""
    return service.running < service.desired and (service.running == 0 or not service.deploying)


def below_desired(services: Iterable[ServiceNow]) -> list[ServiceNow]:
    """The services that run fewer tasks than they should, by their names."""
    return sorted((s for s in services if _runs_too_few(s)), key=lambda s: s.key)
