"""How a history changes: what opens an incident, what makes it a crash loop, what resolves it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from dockwarden.hashing import short_hash
from dockwarden.incidents.belonging import incident_of, takes_over
from dockwarden.incidents.history import MOST_CLOSED, MOST_VERSIONS, History, Incident


class News(StrEnum):
    """What a change means to people."""

    OPENED = "opened"
    NAMED = "named"
    LOOPING = "looping"
    RESOLVED = "resolved"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Change:
    """A history after a change, the incident concerned, and what is new about it.

    `merged` is an incident that turned out to be this one, and is over.
    """

    history: History
    incident: Incident | None
    news: News
    merged: Incident | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When failures become a crash loop, and when a service counts as healthy again.

    `in_a_row` tasks of one revision that each ran for less than `short_lived` seconds, or that a health check
    ended, are a crash loop; `soak` is how long a service has to be steady before an incident is resolved.
    """

    in_a_row: int
    short_lived: int
    soak: timedelta


def is_old_news(history: History, task: str, version: int | None) -> bool:
    """Whether this or a later version of a task was seen already (invariant 3)."""
    known = history.version(task)
    return version is not None and known is not None and version <= known


def with_version(history: History, task: str, version: int | None) -> History:
    """The history that knows this version of a task; an older one changes nothing."""
    if version is None or is_old_news(history, task, version):
        return history
    others = tuple(pair for pair in history.versions if pair[0] != task)
    return replace(history, versions=(*others, (task, version))[-MOST_VERSIONS:])


def failing(
    history: History,
    cause: str,
    revision: str | None,
    at: datetime,
    *,
    looping: bool = False,
    of_tasks: bool = False,
) -> Change:
    """The history after a failure by a cause: an incident is opened, goes on, or gets to know its cause.

    One that arrives after what failed at its time was over belongs to that, and opens nothing.
    """
    past = _past(history, cause) if history.is_over(at) else None
    if past is not None:
        one_more = replace(
            past,
            count=past.count + 1,
            opened_at=min(past.opened_at, at),
            last_at=max(past.last_at, at),
        )
        return Change(kept(history, one_more), one_more, News.KNOWN)
    if history.steady_since is not None and history.steady_since <= at:
        history = replace(history, steady_since=None)
    mine = incident_of(history, cause, at, of_tasks=of_tasks)
    if mine is None:
        opened = Incident(_id(history, cause), cause, revision, at, at, looping=looping, of_tasks=of_tasks)
        return Change(kept(history, opened), opened, News.OPENED)
    first = at < mine.opened_at or (at == mine.opened_at and _before(revision, mine.revision))
    named = takes_over(mine, cause, of_tasks=of_tasks)
    more = replace(
        mine,
        cause=cause if named else mine.cause,
        count=mine.count + 1,
        opened_at=min(mine.opened_at, at),
        last_at=max(mine.last_at, at),
        revision=(revision or mine.revision) if first else (mine.revision or revision),
        looping=mine.looping or looping,
        of_tasks=mine.of_tasks or of_tasks,
    )
    news = News.LOOPING if more.looping and not mine.looping else News.KNOWN
    return Change(kept(history, more), more, News.NAMED if named else news)


def steady(history: History, at: datetime) -> History:
    """The history of a service that is in its steady state; the soak runs from the first time after a failure.

    What is older than the last failure says nothing about now.
    """
    latest, since = history.latest(), history.steady_since
    if latest is not None and at < latest.last_at:
        return history
    if since is not None and (latest is None or latest.last_at <= since):
        return history
    return replace(history, steady_since=at)


def over_before(history: History, failed: datetime, now: datetime) -> list[Change]:
    """The open incidents that last failed before a moment, closed now."""
    changes: list[Change] = []
    for incident in history.incidents:
        if incident.open and incident.last_at <= failed:
            closed = replace(incident, closed_at=now)
            until = max(failed, history.over_until or failed)
            history = replace(kept(history, closed), over_until=until)
            changes.append(Change(history, closed, News.RESOLVED))
    return changes


def resolved(history: History, now: datetime, thresholds: Thresholds) -> list[Change]:
    """The incidents that are over, because the service was steady for the whole soak."""
    if history.steady_since is None or now - history.steady_since < thresholds.soak:
        return []
    return over_before(history, history.steady_since, now)


def _past(history: History, cause: str) -> Incident | None:
    """The incident that is over to which a late failure by a cause belongs."""
    over = [one for one in history.incidents if not one.open]
    return max(over, key=lambda one: (one.cause == cause, one.closed_at, one.id), default=None)


def _before(revision: str | None, other: str | None) -> bool:
    return revision is not None and (other is None or revision < other)


def kept(history: History, incident: Incident) -> History:
    """The history with an incident in its newest form; closed ones are kept for a while."""
    others = [one for one in history.incidents if one.id != incident.id]
    still = [one for one in (*others, incident) if one.open]
    over = [one for one in (*others, incident) if one.closed_at]
    over = sorted(over, key=lambda one: (one.closed_at or one.last_at, one.id))[-MOST_CLOSED:]
    return replace(history, incidents=(*over, *still))


def _id(history: History, cause: str) -> str:
    """The id of the next incident of a cause: the same whatever the order in which its tasks' events arrive."""
    mine = [one for one in history.incidents if one.cause == cause]
    last = max((one.closed_at for one in mine if one.closed_at), default=None)
    made = (
        f"inc-{short_hash(history.key, cause, str(n), last.isoformat() if last else '')}"
        for n in count(len(mine))
    )
    # An incident that got to know its cause has kept its id, which its first cause must not give away again.
    taken = {one.id for one in history.incidents}
    return next(one for one in made if one not in taken)
