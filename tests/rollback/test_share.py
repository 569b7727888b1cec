"""How many tasks fail: a task that is too young to say neither holds nor fails."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.facts.running import RunningTask, RunningTasks
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Stop
from dockwarden.rollback.share import Share, share
from tests.fakes import NOON
from tests.rollback.cases import definition, deployment, service

MINUTE = timedelta(minutes=1)
OURS = "ecs-svc/9"


def of(desired: int, running: int | None = None, state: str = "COMPLETED") -> ServiceState:
    """A service whose primary deployment is OURS."""
    return service(
        desired=desired,
        running=desired if running is None else running,
        deployments=(deployment(state=state),),
    )


def stops(*ran: float, ago: timedelta = MINUTE, by: str = OURS) -> History:
    """Tasks that failed lately after so many seconds each."""
    found = (Stop(f"t{n}", "app-exit", "web:2", by, NOON - ago, one) for n, one in enumerate(ran))
    return History("prod/service/web", tuple(found))


def tasks(*ages: float, by: str | None = OURS, complete: bool = True, at: datetime = NOON) -> RunningTasks:
    """Tasks that run for so many seconds each."""
    found = (RunningTask(definition(2), by, at - timedelta(seconds=age)) for age in ages)
    return RunningTasks(at, tuple(found), complete)


def failing(history: History, state: ServiceState, running: RunningTasks) -> int:
    found = share(history, state, running)
    assert isinstance(found, Share)
    return found.failing


def test_a_poison_message_in_a_young_release_makes_nobody_fail_who_lives() -> None:
    """Three of twenty tasks died of it after ten to twelve minutes; the others are twelve minutes old and serve."""
    assert failing(stops(600, 660, 720), of(20), tasks(*[735] * 17, 20, 40, 60)) == 3


def test_all_tasks_fail_of_a_release_whose_tasks_die_after_ninety_seconds_each() -> None:
    """The new ones run, and are younger than those that died: none of them holds."""
    assert failing(stops(*[90] * 4), of(4), tasks(10, 10, 12, 12)) == 4


def test_a_task_that_starts_with_one_that_died_does_not_hold_yet() -> None:
    assert failing(stops(90, 90, 90), of(4), tasks(100, 10, 10, 10)) == 3


def test_a_leak_that_kills_after_an_hour_fails_as_many_tasks_as_it_has_killed() -> None:
    assert failing(stops(3600, 3650, 3700, ago=20 * MINUTE), of(5), tasks(3000, 3400, 900, 900, 900)) == 3


def test_what_is_missing_fails_once_the_deployment_is_over_and_not_while_it_goes_on() -> None:
    assert failing(stops(5), of(10, running=2), tasks(5, 5)) == 8
    assert failing(stops(5), of(10, running=2, state="IN_PROGRESS"), tasks(5, 5)) == 1


def test_of_more_failures_than_a_history_keeps_only_those_that_hold_are_left_out() -> None:
    assert failing(stops(*[5] * 40), of(100), tasks(*[2000] * 30, *[2] * 70)) == 70


def test_tasks_of_another_deployment_of_the_same_number_neither_hold_nor_fail() -> None:
    """A forced deployment brings another image under the same number, while the tasks of before still serve."""
    old = tasks(*[9000] * 4, by="ecs-svc/8")
    assert failing(stops(5, 5, 5), of(4, state="IN_PROGRESS"), old) == 3
    assert failing(stops(5, 5, 5, by="ecs-svc/8"), of(4), tasks(2, 2, 2, 2)) == 0


def test_a_late_event_makes_no_task_younger_than_it_was_when_it_was_read() -> None:
    later = NOON + 14 * MINUTE
    healthy = tasks(*[13 * 60] * 4, at=later)
    assert failing(stops(5, 5, 5, 5), of(4), healthy) == 0


def test_more_tasks_than_are_read_are_not_known() -> None:
    found = share(stops(5, 5, 5), of(600), tasks(*[5] * 500, complete=False))
    assert found == NotRead("it has more than the 500 tasks that were read")


def test_tasks_that_could_not_be_read_are_not_known() -> None:
    assert share(stops(5), of(4), NotRead("AccessDenied")) == NotRead("AccessDenied")


@pytest.mark.parametrize("by", [OURS, None])
@given(
    ran=st.lists(st.floats(0, 9000), max_size=40),
    ages=st.lists(st.floats(0, 90_000), max_size=60),
    desired=st.integers(1, 60),
)
def test_no_more_fail_than_have_failed_or_are_missing_and_none_that_has_outlived_them(
    by: str | None, ran: list[float], ages: list[float], desired: int
) -> None:
    ages = ages[:desired]
    found = share(stops(*ran), of(desired, running=len(ages)), tasks(*ages, by=by))
    assert isinstance(found, Share)
    assert 0 <= found.failing <= desired - min(desired, found.steady)
    if len(ran) < 40:
        assert found.failing <= max(len(ran), desired - len(ages))
    assert found.holding + found.failing == desired
