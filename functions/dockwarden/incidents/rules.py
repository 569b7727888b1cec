"""How a history changes: what opens an incident, what makes it a crash loop, what resolves it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dockwarden.hashing import short_hash
from dockwarden.incidents.history import MOST_CLOSED, MOST_STOPS, MOST_VERSIONS, History, Incident, Stop


class News(StrEnum):
    """What a change means to people."""

    OPENED = "opened"
    LOOPING = "looping"
    RESOLVED = "resolved"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Change:
    """A history after a change, the incident concerned, and what is new about it."""

    history: History
    incident: Incident | None
    news: News


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When failures become a crash loop, and when a service counts as healthy again.

    `in_a_row` tasks of one revision that each ran for less than `short_lived` seconds are a crash loop;
    `soak` is how long a service has to be steady before an incident is resolved.
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


def with_stop(history: History, stop: Stop, thresholds: Thresholds) -> Change:
    """The history after a task failed; a task that was counted already changes nothing."""
    known = history.stopped(stop.task)
    if known is not None:
        return Change(history, history.incident(known.cause) or history.latest(), News.KNOWN)
    # By their own times, so that the order of arrival decides nothing.
    stops = sorted((*history.stops, stop), key=lambda s: (s.at, s.task))[-MOST_STOPS:]
    stopped = replace(history, stops=tuple(stops))
    row = crash_row(stopped, stop, thresholds)
    change = failing(stopped, stop.cause, stop.revision, stop.at, looping=bool(row))
    return replace(change, history=_looping(change.history, {s.cause for s in row}))


def failing(
    history: History, cause: str, revision: str | None, at: datetime, *, looping: bool = False
) -> Change:
    """The history after a failure by a cause: an incident is opened, or goes on."""
    if history.steady_since is not None and history.steady_since <= at:
        history = replace(history, steady_since=None)
    mine = history.incident(cause)
    if mine is None:
        opened = Incident(_id(history, cause), cause, revision, at, at, looping=looping)
        return Change(kept(history, opened), opened, News.OPENED)
    first = at < mine.opened_at or (at == mine.opened_at and _before(revision, mine.revision))
    more = replace(
        mine,
        count=mine.count + 1,
        opened_at=min(mine.opened_at, at),
        last_at=max(mine.last_at, at),
        revision=(revision or mine.revision) if first else (mine.revision or revision),
        looping=mine.looping or looping,
    )
    news = News.LOOPING if more.looping and not mine.looping else News.KNOWN
    return Change(kept(history, more), more, news)


def crash_row(history: History, stop: Stop, thresholds: Thresholds) -> tuple[Stop, ...]:
    """The tasks in a row with the stop, of its revision, that lived shortly or never started; empty if too few.

    A service that was healthy again in between begins a new row.
    """
    healthy_at = max((one.closed_at for one in history.incidents if one.closed_at), default=None)
    of_revision = [
        s for s in history.stops if s.revision == stop.revision and (healthy_at is None or s.at > healthy_at)
    ]
    row: list[Stop] = []
    for one in of_revision:
        if _was_short(one, thresholds):
            row.append(one)
        elif stop in row:
            break
        else:
            row.clear()
    return tuple(row) if stop in row and len(row) >= thresholds.in_a_row else ()


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
            history = kept(history, closed)
            changes.append(Change(history, closed, News.RESOLVED))
    return changes


def resolved(history: History, now: datetime, thresholds: Thresholds) -> list[Change]:
    """The incidents that are over, because the service was steady for the whole soak."""
    if history.steady_since is None or now - history.steady_since < thresholds.soak:
        return []
    return over_before(history, history.steady_since, now)


def _before(revision: str | None, other: str | None) -> bool:
    return revision is not None and (other is None or revision < other)


def _looping(history: History, causes: set[str]) -> History:
    """The history in which the open incidents of these causes are crash loops."""
    if not causes:
        return history
    incidents = (
        replace(one, looping=True) if one.open and one.cause in causes else one for one in history.incidents
    )
    return replace(history, incidents=tuple(incidents))


def _was_short(stop: Stop, thresholds: Thresholds) -> bool:
    return stop.ran is None or stop.ran < thresholds.short_lived


def kept(history: History, incident: Incident) -> History:
    """The history with an incident in its newest form; closed ones are kept for a while."""
    others = [one for one in history.incidents if one.id != incident.id]
    still = [one for one in (*others, incident) if one.open]
    over = [one for one in (*others, incident) if not one.open][-MOST_CLOSED:]
    return replace(history, incidents=(*over, *still))


def _id(history: History, cause: str) -> str:
    """The id of the next incident of a cause: the same whatever the order in which events arrive."""
    earlier = sum(1 for one in history.incidents if one.cause == cause)
    last = max(
        (one.closed_at for one in history.incidents if one.cause == cause and one.closed_at), default=None
    )
    return f"inc-{short_hash(history.key, cause, str(earlier), last.isoformat() if last else '')}"
