"""What opens an incident, what makes it a crash loop, and what ends it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dockwarden.incidents.counting import with_stop
from dockwarden.incidents.history import MOST_CLOSED, MOST_STOPS, MOST_VERSIONS, History, Stop
from dockwarden.incidents.rules import (
    News,
    Thresholds,
    failing,
    is_old_news,
    over_before,
    resolved,
    steady,
    with_version,
)
from tests.rollouts import moment

THRESHOLDS = Thresholds(in_a_row=3, short_lived=300, soak=timedelta(minutes=10))
WEB = History("prod/service/web")


def stop(
    task: str,
    seconds: float,
    *,
    ran: float | None = 7,
    cause: str = "app-exit",
    revision: str | None = "web:29",
) -> Stop:
    return Stop(task, cause, revision, "ecs-svc/2", moment(seconds), ran)


def after(stops: Sequence[Stop], history: History = WEB) -> tuple[History, list[News]]:
    """The history after some stops, and what was new about each."""
    news = []
    for one in stops:
        change = with_stop(history, one, THRESHOLDS)
        history = change.history
        news.append(change.news)
    return history, news


def looping(history: History) -> list[bool]:
    return [one.looping for one in history.incidents]


STOPS = st.lists(
    st.builds(
        stop,
        task=st.sampled_from([f"t{n}" for n in range(12)]),
        seconds=st.integers(0, 3600),
        ran=st.just(7.0),
        cause=st.sampled_from(["app-exit", "oom", "unknown"]),
        revision=st.sampled_from(["web:28", "web:29"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one.task,
)


@given(STOPS, st.randoms(use_true_random=False))
def test_any_order_and_doubling_of_the_same_stops_ends_in_the_same_history(
    stops: list[Stop], random: st.DataObject
) -> None:
    """Invariant 3 for incidents: ids, counts, times, revisions and crash loops."""
    shuffled = [*stops, *stops]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = after(stops)[0], after(shuffled)[0]
    assert first.stops == second.stops
    assert sorted(first.incidents, key=lambda one: one.id) == sorted(second.incidents, key=lambda one: one.id)


@given(STOPS)
def test_there_is_one_open_incident_for_a_cause_and_it_is_opened_once(stops: list[Stop]) -> None:
    history, news = after([*stops, *stops])
    causes = [one.cause for one in history.incidents if one.open]
    assert sorted(causes) == sorted({one.cause for one in stops})
    assert news.count(News.OPENED) == len(causes)
    assert sum(one.count for one in history.incidents) == len(stops)


def test_a_history_stays_small_however_long_a_service_crashes() -> None:
    history = WEB
    for n in range(500):
        history = with_version(history, f"task-{n}", 6)
        history = with_stop(history, stop(f"task-{n}", n), THRESHOLDS).history
        if n % 10 == 9:
            history = over_before(history, moment(n), moment(n))[-1].history
    assert len(history.stops) == MOST_STOPS
    assert len(history.versions) == MOST_VERSIONS
    assert len(history.incidents) == MOST_CLOSED
    assert history.stops[-1].task == "task-499"


def test_invariant_3_an_older_version_changes_nothing() -> None:
    known = with_version(WEB, "t", 6)
    assert with_version(known, "t", 5) is known
    assert with_version(known, "t", 6) is known
    assert is_old_news(known, "t", 6)
    assert not is_old_news(known, "t", 7)
    assert not is_old_news(known, "t", None), "an event without a version is never held back"


def test_three_short_lived_tasks_of_a_revision_are_a_crash_loop_and_told_as_one_once() -> None:
    history, news = after([stop(f"t{n}", 40 * n) for n in range(5)])
    assert news == [News.OPENED, News.KNOWN, News.LOOPING, News.KNOWN, News.KNOWN]
    assert looping(history) == [True]


def test_tasks_that_never_started_are_short_lived() -> None:
    assert looping(after([stop(f"t{n}", n, ran=None) for n in range(3)])[0]) == [True]


def test_tasks_that_lived_long_are_no_crash_loop() -> None:
    assert looping(after([stop(f"t{n}", 400 * n, ran=300) for n in range(6)])[0]) == [False]


def test_a_task_that_lived_long_ends_the_row() -> None:
    lives: list[float | None] = [7, 7, 900, 7, 7]
    assert looping(after([stop(f"t{n}", 40 * n, ran=ran) for n, ran in enumerate(lives)])[0]) == [False]


def test_tasks_of_two_revisions_are_two_rows() -> None:
    revisions = ["web:28", "web:29", "web:28", "web:29"]
    stops = [stop(f"t{n}", 40 * n, revision=revision) for n, revision in enumerate(revisions)]
    assert looping(after(stops)[0]) == [False]


def test_a_service_that_was_healthy_in_between_begins_a_new_row() -> None:
    """One crash a day of a service that recovers each time is no loop."""
    history = WEB
    for day in range(5):
        at = 86400 * day
        history = with_stop(history, stop(f"t{day}", at), THRESHOLDS).history
        history = steady(history, moment(at + 60))
        (change,) = resolved(history, moment(at + 60 + 600), THRESHOLDS)
        history = change.history
    assert not any(looping(history))


def ids(history: History) -> list[str]:
    return [one.id for one in history.incidents]


def test_an_incident_is_resolved_only_after_the_whole_soak() -> None:
    history = steady(after([stop("t", 0)])[0], moment(60))
    assert resolved(history, moment(60 + 599), THRESHOLDS) == []
    (change,) = resolved(history, moment(60 + 600), THRESHOLDS)
    assert change.news is News.RESOLVED
    assert change.incident is not None
    assert (change.incident.open, change.incident.closed_at) == (False, moment(660))


def test_the_soak_runs_from_the_first_steady_event_and_starts_anew_after_a_failure() -> None:
    history = steady(steady(after([stop("t", 0)])[0], moment(60)), moment(500))
    assert history.steady_since == moment(60)
    failed = with_stop(history, stop("u", 550), THRESHOLDS).history
    assert failed.steady_since is None
    assert resolved(steady(failed, moment(600)), moment(1199), THRESHOLDS) == []
    assert len(resolved(steady(failed, moment(600)), moment(1200), THRESHOLDS)) == 1


def test_a_steady_event_that_is_older_than_the_failure_does_not_count() -> None:
    """Events arrive late; one from before the crash must not end it, nor hold up the one that does."""
    history = steady(after([stop("t", 100)])[0], moment(50))
    assert history.steady_since is None
    assert len(resolved(steady(history, moment(200)), moment(800), THRESHOLDS)) == 1


def test_a_failure_that_arrives_late_leaves_the_soak_as_it_is() -> None:
    history = with_stop(steady(WEB, moment(200)), stop("t", 100), THRESHOLDS).history
    assert len(resolved(history, moment(800), THRESHOLDS)) == 1


def test_a_failure_of_the_service_itself_ends_the_soak_too() -> None:
    history = steady(after([stop("t", 0)])[0], moment(60))
    history = failing(history, "placement", None, moment(300)).history
    assert resolved(history, moment(700), THRESHOLDS) == []
    assert len(resolved(steady(history, moment(700)), moment(1300), THRESHOLDS)) == 2


def test_a_cause_that_comes_back_is_another_incident_with_an_id_of_its_own() -> None:
    first = after([stop("t", 0)])[0]
    (change,) = resolved(steady(first, moment(60)), moment(660), THRESHOLDS)
    again = with_stop(change.history, stop("u", 5000), THRESHOLDS)
    assert again.news is News.OPENED
    assert again.incident is not None
    assert again.incident.id not in ids(first)
    assert len(ids(again.history)) == 2


def test_ids_differ_between_services_and_causes_and_are_the_same_in_every_process() -> None:
    made = {
        failing(History(key), cause, None, moment(0)).history.incidents[0].id
        for key in ("prod/service/web", "prod/service/api", "stage/service/web")
        for cause in ("app-exit", "oom")
    }
    assert len(made) == 6
    assert made == {
        failing(History(key), cause, "web:1", moment(9)).history.incidents[0].id
        for key in ("prod/service/web", "prod/service/api", "stage/service/web")
        for cause in ("app-exit", "oom")
    }


def test_the_causes_of_a_deployment_are_those_of_its_own_tasks() -> None:
    other = replace(stop("t9", 9, cause="oom"), deployment="ecs-svc/1")
    history = after([stop("t1", 1), stop("t2", 2), other])[0]
    assert history.causes("ecs-svc/2") == {"app-exit": 2}
    assert history.causes() == {"app-exit": 2, "oom": 1}


def test_the_latest_incident_is_the_one_that_failed_last() -> None:
    history = after([stop("t1", 1, cause="oom"), stop("t2", 2)])[0]
    latest = history.latest()
    assert latest is not None
    assert latest.cause == "app-exit"
    assert WEB.latest() is None


def test_times_are_aware_so_that_they_can_be_compared_with_the_clock() -> None:
    found = after([stop("t", 0)])[0].incidents[0]
    assert isinstance(found.opened_at, datetime)
    assert found.opened_at.tzinfo is not None
