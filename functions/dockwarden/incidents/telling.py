"""The words of a sweep: a digest the first time, then one incident for each service. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from dockwarden.facts.roster import ServiceNow
from dockwarden.incidents.history import Incident
from dockwarden.spans import span
from dockwarden.verdicts import Words

_LISTED = 20


def baseline(services: Sequence[ServiceNow]) -> Words:
    """The one card about everything that was wrong already when Dockwarden came."""
    named = [f"{s.cluster}/{s.name} runs {s.running} of {s.desired}" for s in services[:_LISTED]]
    left = len(services) - len(named)
    more = (("More", f"{left} services"),) if left > 0 else ()
    return Words(
        "what Dockwarden found when it came",
        f"{len(services)} services run fewer tasks than they should",
        (("Which", "; ".join(named)), *more, ("Next", "from now on each new failure is told by itself")),
    )


def below_words(service: ServiceNow, incident: Incident, long: timedelta) -> Words:
    """A service that has run too few tasks for too long; none at all is said first."""
    headline = "runs nothing at all" if service.running == 0 else "runs too few tasks"
    return Words(
        headline,
        f"{service.running} of {service.desired} tasks run, for more than {span(long)}",
        (
            ("Cause", incident.cause if incident.cause != "unknown" else "no event has said why"),
            ("Next", "look at the service's events and at its latest stopped tasks in the ECS console"),
        ),
    )


def healthy(causes: Sequence[str], soak: timedelta) -> Words:
    """A service that is over its incident."""
    was = ", ".join(sorted(set(causes)))
    return Words("healthy again", f"it has been steady for {span(soak)}", (("Was", was),), settled=True)


def well_again(causes: Sequence[str]) -> Words:
    """A group of standalone tasks of which one has done its work again."""
    was = ", ".join(sorted(set(causes)))
    return Words("healthy again", "a task of it has ended with exit code 0", (("Was", was),), settled=True)
