"""What a stopped task does to a history: counted once, by its newest cause, and never to what is over."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.incidents.counting import with_stop, with_taken
from dockwarden.incidents.history import MOST_STOPS, History, Stop
from dockwarden.incidents.rules import News, failing, resolved, steady, with_version
from tests.incidents.test_rules import THRESHOLDS, WEB, after, looping, stop
from tests.rollouts import moment


def resolved_at(history: History, steady_since: float) -> History:
    (change,) = resolved(steady(history, moment(steady_since)), moment(steady_since + 600), THRESHOLDS)
    return change.history


def test_a_late_stop_belongs_to_the_incident_that_was_over_since() -> None:
    """A card that turned green must not be followed by a new one about the same minutes."""
    over = resolved_at(after([stop("t", 0)])[0], 300)
    for cause in ("app-exit", "oom"):
        change = with_stop(over, stop("late", 60, cause=cause), THRESHOLDS)
        assert change.news is News.KNOWN
        (incident,) = change.history.incidents
        assert (incident.open, incident.count, incident.cause) == (False, 2, "app-exit")
        assert change.history.stopped("late") is not None


def test_a_late_stop_leaves_a_newer_incident_as_it_is() -> None:
    """Neither its beginning nor its row may reach back to before the service was healthy."""
    newer = after([stop("u", 5000), stop("v", 5001)], resolved_at(after([stop("t", 0)])[0], 300))[0]
    change = with_stop(newer, stop("late", 60), THRESHOLDS)
    first, second = change.history.incidents
    assert (first.open, first.count) == (False, 2)
    assert (second.opened_at, second.count, second.looping) == (moment(5000), 2, False)


def test_a_late_failure_of_the_service_itself_belongs_to_what_is_over_too() -> None:
    over = resolved_at(after([stop("t", 0)])[0], 300)
    assert failing(over, "unknown", None, moment(200)).news is News.KNOWN
    assert failing(over, "unknown", None, moment(301)).news is News.OPENED


def test_a_stop_that_is_older_than_all_that_are_kept_is_not_counted_however_often_it_comes() -> None:
    history = after([stop(f"t{n}", 1000 + n) for n in range(MOST_STOPS)])[0]
    for _ in range(3):
        change = with_stop(history, stop("old", 1), THRESHOLDS)
        assert (change.news, change.history) == (News.KNOWN, history)
        assert change.incident is not None
        assert change.incident.count == MOST_STOPS


def test_stops_that_do_not_count_are_no_loop_and_do_not_end_one() -> None:
    """Retirement, a code nobody knows yet, a standalone task."""
    other = [replace(stop(f"x{n}", 10 * n), counts=False) for n in range(5)]
    assert looping(after(other)[0]) == [False]
    mixed = [stop("a", 1), other[1], stop("b", 20), other[3], stop("c", 40)]
    assert looping(after(mixed)[0]) == [True]
    assert looping(after([*mixed[:3], other[3]])[0]) == [False]


def test_tasks_that_a_health_check_ended_are_a_loop_however_long_they_ran() -> None:
    for cause in ("elb-health", "container-health"):
        killed = [stop(f"t{n}", 400 * n, ran=400, cause=cause) for n in range(3)]
        assert looping(after(killed[:2])[0]) == [False]
        assert looping(after(killed)[0]) == [True]


def test_a_task_whose_cause_becomes_known_renames_its_incident() -> None:
    first = with_stop(WEB, stop("t", 0, cause="unknown"), THRESHOLDS)
    change = with_stop(first.history, stop("t", 0), THRESHOLDS)
    (incident,) = change.history.incidents
    assert (change.news, incident.cause, incident.count) == (News.NAMED, "app-exit", 1)
    assert first.incident is not None
    assert incident.id == first.incident.id
    assert [one.cause for one in change.history.stops] == ["app-exit"]


def test_a_task_whose_cause_changes_moves_to_the_incident_of_the_new_one() -> None:
    """The card of the old one is over, unless other tasks failed by it."""
    history = after([stop("t", 0, cause="unknown"), stop("u", 10)])[0]
    alone = with_stop(history, stop("t", 0), THRESHOLDS)
    assert {(one.cause, one.count, one.open) for one in alone.history.incidents} == {
        ("app-exit", 2, True),
        ("unknown", 1, False),
    }
    assert alone.merged is not None
    assert alone.merged.cause == "unknown"
    more = after([stop("w", 20, cause="unknown")], history)[0]
    moved = with_stop(more, stop("t", 0), THRESHOLDS)
    assert {(one.cause, one.count, one.open) for one in moved.history.incidents} == {
        ("app-exit", 2, True),
        ("unknown", 1, True),
    }
    assert moved.merged is None


def test_a_task_whose_cause_changes_after_its_incident_is_over_opens_nothing() -> None:
    over = resolved_at(after([stop("t", 0, cause="unknown")])[0], 300)
    change = with_stop(over, stop("t", 0), THRESHOLDS)
    assert (change.news, change.history.incidents) == (News.KNOWN, over.incidents)
    assert [one.cause for one in change.history.stops] == ["app-exit"]


EVENTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 3), st.sampled_from(["app-exit", "oom", "unknown"])),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[:2],
)


def open_after(events: list[tuple[str, int, str]]) -> list[tuple[str, int]]:
    """Cause and count of the open incidents after events of tasks, each with its version."""
    history = WEB
    for name, version, cause in events:
        if (history.version(name) or 0) < version:
            history = with_version(history, name, version)
            history = with_stop(history, stop(name, ord(name), cause=cause), THRESHOLDS).history
    return sorted((one.cause, one.count) for one in history.incidents if one.open)


@settings(deadline=None)
@given(EVENTS, st.data())
def test_invariant_3_the_newest_version_of_each_task_decides_in_every_order(
    events: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    newest: dict[str, tuple[str, int, str]] = {}
    for one in sorted(events):
        newest[one[0]] = one
    shuffled = data.draw(st.permutations(events))
    assert open_after(list(shuffled)) == open_after(list(newest.values()))


def test_a_task_that_failed_is_not_among_those_that_aws_took_away() -> None:
    spot: Stop = stop("t", 0, cause="spot")
    taken = with_taken(WEB, spot).history
    assert with_stop(taken, stop("t", 0), THRESHOLDS).history.taken == ()
    assert with_taken(after([stop("t", 0)])[0], spot).history.taken == ()
