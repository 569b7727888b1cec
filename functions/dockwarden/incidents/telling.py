"""The words of a sweep: a digest the first time, then one incident for each service. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from dockwarden.facts.roster import ServiceNow
from dockwarden.incidents.hidden import Inside
from dockwarden.incidents.history import Incident
from dockwarden.spans import span
from dockwarden.verdicts import Words

_LISTED = 20


def baseline(
    few: Sequence[ServiceNow],
    crashing: Sequence[tuple[ServiceNow, Inside]] = (),
    causes: Mapping[str, str] | None = None,
) -> Words:
    """The one card about everything that was wrong already when Dockwarden came.

    `causes` are those of the incidents that events had opened before, by the keys of their services.
    """
    told = {key: f" ({cause})" for key, cause in (causes or {}).items()}
    found = [f"{s.cluster}/{s.name} runs {s.running} of {s.desired}{told.get(s.key, '')}" for s in few]
    found += [f"{s.cluster}/{s.name}: {_restarted(inside)}" for s, inside in crashing]
    named, left = found[:_LISTED], len(found) - _LISTED
    more = (("More", f"{left} services"),) if left > 0 else ()
    what = [f"{len(few)} services run fewer tasks than they should"] if few else []
    what += [f"containers of {len(crashing)} services keep crashing inside their tasks"] if crashing else []
    return Words(
        "what Dockwarden found when it came",
        "; ".join(what),
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


def restarting_words(inside: Inside) -> Words:
    """A service whose containers crash and are restarted inside their tasks, so that no event says so."""
    return Words(
        "keeps crashing inside its tasks",
        f"{_restarted(inside)}; their restart policy hides it, and no event says why",
        (
            ("Cause", "a count does not say why; CloudWatch counts restarts, and ECS sends no event of them"),
            (
                "Next",
                "read the log of the container that restarts; RestartCount in Container Insights names it",
            ),
        ),
    )


def _restarted(inside: Inside) -> str:
    return f"containers were restarted {inside.count} times inside their tasks within {span(inside.within)}"


def healthy(causes: Sequence[str], soak: timedelta) -> Words:
    """A service that is over its incident."""
    was = ", ".join(sorted(set(causes)))
    return Words("healthy again", f"it has been steady for {span(soak)}", (("Was", was),), settled=True)


def scaled_down(causes: Sequence[str]) -> Words:
    """A service that is over its incident because it has no task left to fail."""
    was = ", ".join(sorted(set(causes)))
    return Words(
        "over", "the service is scaled to 0 tasks, so that none can fail", (("Was", was),), settled=True
    )


def well_again(causes: Sequence[str], soak: timedelta) -> Words:
    """A group of standalone tasks of which one has done its work again."""
    was = ", ".join(sorted(set(causes)))
    well = f"a task of it has ended with exit code 0, and none has failed for {span(soak)} since"
    return Words("healthy again", well, (("Was", was),), settled=True)


def elsewhere(cause: str) -> Words:
    """An incident of which a newer event says that it is another one."""
    why = f"a newer event says that the cause is {cause}, of which another card tells"
    return Words("over", why, (), settled=True)
