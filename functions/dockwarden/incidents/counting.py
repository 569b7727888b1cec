"""How the history of a service changes with a task that stopped: counted once, by the cause of its newest event. Pure."""

from dataclasses import replace

from dockwarden.causes.vocabulary import Cause
from dockwarden.incidents.belonging import takes_over
from dockwarden.incidents.history import MOST_STOPS, MOST_TAKEN, History, Incident, Stop
from dockwarden.incidents.loops import crash_row, with_looping
from dockwarden.incidents.rules import Change, News, Thresholds, failing, kept


def with_stop(history: History, stop: Stop, thresholds: Thresholds) -> Change:
    """The history after a task failed; one that was counted already changes nothing, unless its cause has.

    A stop that is older than all that are kept is not counted: nobody could know it again.
    """
    known = history.stopped(stop.task)
    stops = _sorted(*(one for one in history.stops if one is not known), stop)[-MOST_STOPS:]
    if (known is not None and known.cause == stop.cause) or stop not in stops:
        return Change(history, history.incident(stop.cause) or history.latest(), News.KNOWN)
    taken = tuple(one for one in history.taken if one.task != stop.task)
    after = replace(history, stops=stops, taken=taken)
    if known is None:
        return _counted(after, stop, thresholds)
    mine = None if history.is_over(known.at) else history.incident(known.cause)
    if mine is None:
        return Change(after, history.latest(), News.KNOWN)
    return _by_another_cause(after, mine, stop, thresholds)


def with_taken(history: History, stop: Stop) -> Change:
    """The history after AWS took a task away: it opens nothing, but may say why its deployment has failed."""
    if history.stopped(stop.task) or any(one.task == stop.task for one in history.taken):
        return Change(history, None, News.KNOWN)
    history = replace(history, taken=_sorted(*history.taken, stop)[-MOST_TAKEN:])
    mine = next((one for one in history.incidents if one.open and one.failed == stop.deployment), None)
    if mine is None or stop.deployment is None or not takes_over(mine, stop.cause, of_tasks=False):
        return Change(history, None, News.KNOWN)
    named = replace(mine, cause=stop.cause, revision=mine.revision or stop.revision)
    return Change(kept(history, named), named, News.NAMED)


def _sorted(*stops: Stop) -> tuple[Stop, ...]:
    # By their own times, so that the order of arrival decides nothing.
    return tuple(sorted(stops, key=lambda one: (one.at, one.task)))


def _counted(history: History, stop: Stop, thresholds: Thresholds) -> Change:
    row = crash_row(history, stop, thresholds.in_a_row, thresholds.short_lived)
    change = failing(history, stop.cause, stop.revision, stop.at, looping=bool(row), of_tasks=True)
    return replace(change, history=with_looping(change.history, row))


def _by_another_cause(history: History, mine: Incident, stop: Stop, thresholds: Thresholds) -> Change:
    """The history after a newer event of a task gave another cause: as if it had been the first."""
    if any(one.cause == mine.cause and not history.is_over(one.at) for one in history.stops):
        return _counted(kept(history, replace(mine, count=mine.count - 1)), stop, thresholds)
    same = history.incident(stop.cause)
    if same is None:
        # No task has failed by its cause any more, so the new one takes it over.
        nameless = replace(mine, cause=Cause.UNKNOWN, count=mine.count - 1, of_tasks=False, said="")
        return _counted(kept(history, nameless), stop, thresholds)
    over = replace(mine, closed_at=max(mine.last_at, stop.at))
    more = replace(
        same,
        count=same.count + mine.count - 1,
        opened_at=min(same.opened_at, mine.opened_at),
        last_at=max(same.last_at, mine.last_at),
    )
    change = _counted(kept(kept(history, over), more), stop, thresholds)
    return replace(change, merged=over)
