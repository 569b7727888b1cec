"""Which tasks that stopped are a crash loop. Pure."""

from dataclasses import replace

from dockwarden.causes.vocabulary import Cause
from dockwarden.incidents.history import History, Stop

HEALTH: frozenset[str] = frozenset({Cause.ELB_HEALTH, Cause.CONTAINER_HEALTH})
"""Causes of tasks that a health check has ended, which are a loop however long each of them ran."""


def crash_row(history: History, stop: Stop, in_a_row: int, short_lived: int) -> tuple[Stop, ...]:
    """The tasks in a row with the stop, of its revision, that lived shortly or never started; empty if too few.

    A service that was healthy again in between begins a new row. What does not count neither ends a row nor
    lengthens it.
    """
    row: list[Stop] = []
    for one in (s for s in history.stops if s.counts and s.revision == stop.revision):
        if history.is_over(one.at):
            continue
        if _was_short(one, short_lived):
            row.append(one)
        elif stop in row:
            break
        else:
            row.clear()
    return tuple(row) if stop in row and len(row) >= in_a_row else ()


def with_looping(history: History, row: tuple[Stop, ...]) -> History:
    """The history in which the open incidents of a row's causes are crash loops."""
    causes = {one.cause for one in row}
    if not causes:
        return history
    incidents = (
        replace(one, looping=True) if one.open and one.cause in causes else one for one in history.incidents
    )
    return replace(history, incidents=tuple(incidents))


def _was_short(stop: Stop, short_lived: int) -> bool:
    return stop.ran is None or stop.ran < short_lived or stop.cause in HEALTH
