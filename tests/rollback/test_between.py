"""Releases between the one that worked and the one that fails: none is passed over that nobody has asked about."""

from datetime import timedelta

import pytest

from dockwarden.facts.known_good import GoodRevision
from dockwarden.facts.releases import Definition, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.between import between
from dockwarden.rollback.case import Ask
from dockwarden.rollback.judging import judge
from tests.fakes import NOON
from tests.rollback.cases import (
    GATES,
    HOUR,
    asking,
    case,
    definition,
    deployable,
    good,
    releases,
    revision_arn,
    revisions,
    rollout,
    service,
)

BARRIER = (("dockwarden:barrier", "true"),)
NOT_ALL = "not all releases that came in between could be read"


def at(number: int, status: str = "STOPPED") -> Rollout:
    """The rollout of a revision, which began as many minutes after the first as its number says."""
    return rollout(number, status, created_at=NOON - HOUR + timedelta(minutes=number))


def history(newest: int, known: tuple[int, ...] | None = None) -> ServiceReleases:
    """A service that has gone from its first revision through each one to the newest, which it has now."""
    numbers = range(newest, 0, -1)
    found = revisions(*(numbers if known is None else known))
    return releases(state=service(newest), rollouts=tuple(map(at, numbers)), revisions=found)


def worked(number: int = 1) -> GoodRevision:
    """The revision that worked, seen last when its rollout began."""
    return good(number, last_seen=NOON - HOUR + timedelta(minutes=number))


def objected(of: ServiceReleases, barrier: int | None = None, back: int = 1) -> list[str]:
    def define(arn: str) -> Definition:
        return Definition(arn, "ACTIVE", BARRIER if barrier and arn == definition(barrier) else ())

    return list(between(of, worked(back), define))


@pytest.mark.parametrize("barrier", range(2, 9))
def test_a_barrier_anywhere_in_between_holds_however_many_fixes_came_after_it(barrier: int) -> None:
    (said,) = objected(history(9), barrier)
    assert said.startswith(f"web:{barrier} in between has the tag dockwarden:barrier")


def test_without_a_barrier_nothing_is_objected() -> None:
    assert objected(history(9)) == []


def test_the_release_that_began_when_the_good_one_was_last_seen_is_asked_too() -> None:
    """What ECS's history says was current until just then."""
    until_then = good(1, last_seen=NOON - HOUR + timedelta(minutes=2))
    found = between(history(3), until_then, lambda arn: Definition(arn, "ACTIVE", BARRIER))
    assert [said.partition(" ")[0] for said in found] == ["web:2"]


def test_a_release_that_ecs_does_not_describe_is_not_passed_over() -> None:
    assert objected(history(4, known=(1, 2, 4))) == [NOT_ALL]


def test_a_history_that_does_not_reach_back_to_what_worked_is_not_all() -> None:
    newest = tuple(at(number) for number in range(30, 10, -1))
    of = releases(state=service(30), rollouts=newest, revisions=revisions(*range(10, 31)))
    assert NOT_ALL in objected(of)


def test_a_release_without_a_time_may_have_come_in_between() -> None:
    lost = releases(rollouts=(at(2), rollout(3, created_at=None), at(1)), revisions=revisions(1, 2, 3))
    assert objected(lost, barrier=3)[0].startswith("web:3 in between")


def test_more_releases_than_are_asked_are_said() -> None:
    assert objected(history(14))[0].startswith("12 releases came in between, of which 10 were asked")


@pytest.mark.parametrize("unread", ["rollouts", "revisions"])
def test_a_history_that_could_not_be_read_holds(unread: str) -> None:
    of = releases(**{unread: NotRead("AccessDenied")})
    assert objected(of) == ["which releases came in between could not be read"]


def test_a_definition_that_could_not_be_read_may_be_a_barrier() -> None:
    found = list(between(history(3), worked(), lambda _: NotRead("throttled")))
    assert found == ["whether web:2 is a barrier could not be read: throttled"]


def test_a_deployment_under_way_is_not_stopped_past_a_barrier_either() -> None:
    """The one in between was stopped by a person after it had migrated; ECS would go back past it."""
    rollouts = (
        rollout(3, "IN_PROGRESS", 1, created_at=NOON),
        rollout(2, "STOPPED", 1, created_at=NOON - HOUR / 2),
        rollout(1, created_at=NOON - 9 * HOUR),
    )
    of = case(releases=releases(state=service(3), rollouts=rollouts))
    assert any("web:2 in between" in one for one in judge(of, GATES, as_barrier(2)).objections)
    assert judge(of, GATES, asking()).objections == ()


def as_barrier(number: int) -> Ask:
    """Answers that one task definition is a barrier."""
    tagged = definition(number)
    return Ask(deployable, lambda arn: Definition(arn, "ACTIVE", BARRIER if arn == tagged else ()))


def test_what_worked_and_what_fails_are_not_in_between() -> None:
    assert revision_arn(1) in history(2).revisions  # type: ignore[operator]
    assert objected(history(2), barrier=2) == []
