"""Each gate against the wrong rollback: what passes, and the sentence of what does not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwarden.causes.vocabulary import OF_THE_REVISION, Cause
from dockwarden.facts.alarms import Alarm, ServiceAlarms
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import Candidate, Definition, ImageState
from dockwarden.facts.services import ServiceMessage
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Case
from dockwarden.rollback.causes import helps, is_unclear, needed_instead
from dockwarden.rollback.judging import judge
from dockwarden.rollback.targets import NoTarget, Running, Target, choose
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from tests.fakes import NOON, cluster_arn
from tests.rollback.cases import (
    GATES,
    HOUR,
    SERVICE,
    asking,
    bad,
    candidate,
    case,
    definition,
    deployable,
    deployment,
    good,
    releases,
    rollout,
    service,
)


def objections(of: Case) -> tuple[str, ...]:
    """What stands against the rollback that is proposed."""
    found = judge(of, GATES, asking())
    assert found.action is not None
    return found.objections


def under_way(of: Case) -> Case:
    """The same while the deployment is under way."""
    state = service(deployments=(deployment(state="IN_PROGRESS"),))
    rollouts = (rollout(2, "IN_PROGRESS", 1), rollout(1))
    return replace(of, releases=releases(state=state, rollouts=rollouts))


def test_what_fails_after_its_deployment_is_put_back_on_what_worked() -> None:
    found = judge(case(), GATES, asking())
    assert found.action == RollBackService(
        cluster_arn(), SERVICE, definition(1), definition(2), current_deployment="ecs-svc/9"
    )
    assert found.why == "revision web:2 fails: app-exit; web:1 is known good for 2 h, seen by Dockwarden"
    assert found.objections == ()


def test_what_is_being_deployed_is_stopped() -> None:
    found = judge(under_way(case()), GATES, asking())
    assert found.action == StopServiceDeployment(
        cluster_arn(), SERVICE, rollout(2).arn, bad_task_definition=definition(2)
    )
    assert found.objections == ()


def test_what_only_ecs_own_history_speaks_for_is_proposed_to_a_person() -> None:
    """Filled in on the first run, where SUCCESSFUL is all that is known; a soak that Dockwarden sees takes its place."""
    told = Known("prod/web", (good(1, by_history=True),))
    for of in (case(known=told), under_way(case(known=told))):
        found = judge(of, GATES, asking())
        assert found.why.endswith("; web:1 is known good for 2 h, by ECS's history only")
        assert found.objections == ("only ECS's history says that web:1 worked",)


def test_what_ecs_own_history_is_in_doubt_about_is_held_for_a_person() -> None:
    """Whether UpdateService would go back to it, or ECS itself."""
    doubtful = Known(
        "prod/web", (good(1, by_history=True, doubt="the alarms of its deployment were TRIGGERED"),)
    )
    said = ("only ECS's history says that web:1 worked, and the alarms of its deployment were TRIGGERED",)
    assert objections(case(known=doubtful)) == said
    assert objections(under_way(case(known=doubtful))) == said


@pytest.mark.parametrize("status", ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"])
def test_invariant_27_what_ecs_takes_back_is_watched(status: str) -> None:
    found = judge(case(releases=releases(rollouts=(rollout(2, status, 1),))), GATES, asking())
    assert (found.action, found.why) == (None, "ECS takes the deployment back by itself, which is watched")


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_invariant_26_a_service_that_is_not_active_is_left_alone(status: str) -> None:
    found = judge(case(releases=releases(state=service(status=status))), GATES, asking())
    assert (found.action, found.why, found.told) == (None, f"the service is {status}", False)


def test_a_service_that_is_scaled_to_zero_or_says_never_is_left_alone() -> None:
    none = judge(case(releases=releases(state=service(desired=0))), GATES, asking())
    assert (none.action, none.why) == (None, "no task of it is meant to run")
    tags = (("dockwarden:rollback", "never"),)
    never = judge(case(releases=releases(state=service(tags=tags))), GATES, asking())
    assert (never.action, never.why) == (None, "its tag dockwarden:rollback says never")


@pytest.mark.parametrize(
    ("value", "said"), [(None, "nothing, which means ask"), ("ask", "ask"), ("yes", "yes")]
)
def test_only_the_tag_safe_lets_it_act_by_itself(value: str | None, said: str) -> None:
    tags = (("dockwarden:rollback", value),) if value else ()
    found = objections(case(releases=releases(state=service(tags=tags))))
    assert found == (f"its tag dockwarden:rollback says {said}",)


def test_a_revision_that_was_deployed_too_long_ago_is_not_why() -> None:
    old = service(deployments=(deployment(began=NOON - 25 * HOUR),))
    assert objections(case(releases=releases(state=old))) == ("it was deployed 25 h ago, more than 24 h",)


def test_a_revision_that_has_worked_itself_is_not_why() -> None:
    known = Known("prod/web", (good(2), good(1, NOON - 2 * HOUR)))
    assert objections(case(known=known)) == (
        "web:2 itself was good since 20 Nov, 09:00 UTC: something else has changed",
    )


def test_invariant_19_a_revision_that_was_rolled_back_before_is_held() -> None:
    known = Known("prod/web", (good(1),), (bad(),))
    said = "web:2 was rolled back on 20 Nov, 11:00 UTC and deployed again: once is enough by itself"
    assert objections(case(known=known)) == (said,)
    assert objections(under_way(case(known=known))) == (said,)


def test_fewer_than_half_of_its_tasks_are_too_few() -> None:
    state = service(desired=20, minimum_healthy_percent=50)
    found = objections(case(steady=19, releases=releases(state=state)))
    assert found == ("1 of its 20 tasks are known to fail, less than 50 percent",)
    assert objections(case(steady=10, releases=releases(state=state))) == ()


@given(desired=st.integers(1, 60), steady=st.integers(0, 60))
def test_half_of_the_tasks_is_enough_and_less_is_not(desired: int, steady: int) -> None:
    """Whatever the numbers are, where no task has to run."""
    steady = min(steady, desired)
    state = service(desired=desired, minimum_healthy_percent=0)
    held = objections(case(steady=steady, releases=releases(state=state))) != ()
    assert held == (2 * (desired - steady) < desired)


def test_what_could_not_be_read_holds() -> None:
    unread = NotRead("AccessDenied")
    assert objections(case(steady=unread)) == ("how many of its tasks hold could not be read: AccessDenied",)
    assert objections(case(current=unread)) == (
        "whether its release may be taken back could not be read: AccessDenied",
    )
    assert objections(case(alarms=unread)) == ("its alarms could not be read: AccessDenied",)


def test_a_barrier_holds() -> None:
    current = Definition(definition(2), "ACTIVE", (("dockwarden:barrier", "true"),))
    assert objections(case(current=current)) == (
        "web:2 has the tag dockwarden:barrier: others rely on what it changed",
    )


@pytest.mark.parametrize(
    ("state", "since", "held"),
    [
        ("OK", NOON - 2 * HOUR, False),
        ("ALARM", NOON - timedelta(minutes=5), False),
        ("ALARM", NOON - 2 * HOUR, True),
        ("INSUFFICIENT_DATA", NOON, True),
        (None, None, True),
    ],
)
def test_alarms_that_say_nothing_hold(state: str | None, since: object, held: bool) -> None:  # noqa: FBT001
    """No data, or in ALARM before the deployment began: neither for nor against it."""
    alarms = ServiceAlarms((Alarm("api-5xx", state, since),), NOON - HOUR)  # type: ignore[arg-type]
    said = ("its alarm api-5xx is inconclusive",) if held else ()
    assert objections(case(alarms=alarms)) == said


@pytest.mark.parametrize("cause", [Cause.UNKNOWN, Cause.KILLED])
def test_a_cause_that_may_be_anybodys_holds(cause: Cause) -> None:
    assert objections(case(cause=cause)) == (f"{cause} may be the revision's or not",)


@pytest.mark.parametrize("cause", sorted(set(Cause) - OF_THE_REVISION))
def test_invariant_34_no_rollback_is_for_what_is_not_the_revisions(cause: Cause) -> None:
    """And people are told what helps instead."""
    assert not helps(cause)
    assert is_unclear(cause) or needed_instead(cause)


def test_two_bad_releases_in_a_row_are_not_left_to_ecs() -> None:
    """It would go back to the first of them, which it called SUCCESSFUL."""
    rollouts = (rollout(3, "IN_PROGRESS", 2), rollout(2, source=1), rollout(1))
    state = service(3, deployments=(deployment(3, "IN_PROGRESS"),))
    found = judge(case(releases=releases(state=state, rollouts=rollouts)), GATES, asking())
    assert isinstance(found.action, RollBackService)
    assert found.action.task_definition == definition(1)
    nothing = case(releases=releases(state=state, rollouts=rollouts), known=Known("prod/web"))
    assert objections(nothing) == ("ECS would take it back to web:2, which is not known to have worked",)


@pytest.mark.parametrize("percents", [(100, 100), (100, 124), (80, 100)])
def test_invariant_35_a_rollback_that_could_replace_no_task_is_held(percents: tuple[int, int]) -> None:
    """Rounded as ECS rounds: of four tasks eighty percent are four."""
    least, most = percents
    state = service(minimum_healthy_percent=least, maximum_percent=most)
    said = f"with minimumHealthyPercent {least} and maximumPercent {most} ECS may replace none of its 4 tasks while they run"
    assert objections(case(steady=1, releases=releases(state=state))) == (said,)
    # What has ended all the same is no obstacle.
    assert objections(case(steady=0, releases=releases(state=state))) == ()


def test_invariant_35_protected_tasks_are_reported() -> None:
    text = "was unable to scale in due to the number of protected tasks being more than the desired count"
    messages = (ServiceMessage(NOON, f"(service web) {text}"),)
    found = objections(case(steady=1, releases=releases(state=service(messages=messages))))
    assert found == (
        "tasks with scale-in protection may not be stopped: the protection has to be taken away",
    )
    before = (ServiceMessage(NOON - 2 * HOUR, f"(service web) {text}"),)
    assert objections(case(steady=1, releases=releases(state=service(messages=before)))) == ()


# What is gone back to


def chosen(known: Known, **states: Candidate | NotRead) -> Target | NoTarget:
    """The target where some revisions are as a test says."""

    def ask(task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        name = "web" + task_definition.rpartition(":")[2]
        return states.get(name, deployable(task_definition, digests))

    return choose(known, Running(definition(9)), NOON, timedelta(days=90), ask)


def test_invariant_21_the_newest_that_worked_is_the_target_and_no_other() -> None:
    known = Known("prod/web", (good(5), good(3)))
    assert chosen(known) == Target(good(5))


@pytest.mark.parametrize("state", [ImageState.GONE, ImageState.ARCHIVED])
def test_invariant_22_an_image_that_cannot_be_pulled_is_passed_over(state: ImageState) -> None:
    known = Known("prod/web", (good(5), good(3)))
    out = candidate(definition(5), state)
    assert chosen(known, web5=out) == Target(good(3))
    assert chosen(Known("prod/web", (good(5),)), web5=out) == NoTarget(f"web:5: the image of app is {state}")


@pytest.mark.parametrize("status", ["INACTIVE", "DELETE_IN_PROGRESS"])
def test_invariant_24_a_definition_that_is_not_active_is_passed_over(status: str) -> None:
    known = Known("prod/web", (good(5), good(3)))
    assert chosen(known, web5=candidate(definition(5), status=status)) == Target(good(3))


def test_invariant_25_a_tag_that_was_moved_is_objected_to() -> None:
    found = chosen(Known("prod/web", (good(5),)), web5=candidate(definition(5), ImageState.MOVED))
    assert isinstance(found, Target)
    assert found.objection == (
        "shop:1 in web:5 stands for another image than the one that worked: "
        "a deployment now would not run what ran then; pinned copies, which would run it, are switched off: "
        "[pinned_copies] in dockwarden.toml switches them on"
    )


def test_a_target_that_cannot_be_read_is_objected_to_and_not_passed_over() -> None:
    found = chosen(Known("prod/web", (good(5), good(3))), web5=NotRead("ThrottlingException"))
    assert isinstance(found, Target)
    assert (found.good, found.objection) == (
        good(5),
        "whether web:5 can be deployed could not be read: ThrottlingException",
    )


def test_invariant_23_without_anything_that_worked_there_is_no_target() -> None:
    nothing = NoTarget("no revision of it is known to have worked")
    assert chosen(Known("prod/web")) == nothing
    assert chosen(Known("prod/web", (good(9),))) == nothing
    assert chosen(Known("prod/web", (good(5, NOON - timedelta(days=91)),))) == nothing
    assert chosen(Known("prod/web", (good(5),), (bad(5),))) == nothing
    assert chosen(Known("prod/web", (good(5),), (bad(5, undone=True),))) == Target(good(5))


def test_invariant_22_where_nothing_is_left_people_are_told() -> None:
    found = judge(case(known=Known("prod/web")), GATES, asking())
    assert (found.action, found.told) == (None, True)
    assert (
        found.why == "app-exit, and there is nothing to go back to: no revision of it is known to have worked"
    )


@given(seen=st.lists(st.integers(1, 8), unique=True), gone=st.sets(st.integers(1, 8)), now=st.integers(1, 8))
def test_invariant_21_the_target_is_never_a_guess(seen: list[int], gone: set[int], now: int) -> None:
    """It is always a revision that has worked, that is there, and not the one that fails."""
    known = Known("prod/web", tuple(good(n, NOON - i * HOUR) for i, n in enumerate(seen)))

    def ask(task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        del digests
        out = int(task_definition.rpartition(":")[2]) in gone
        return candidate(task_definition, ImageState.GONE if out else ImageState.SAME)

    found = choose(known, Running(definition(now)), NOON, timedelta(days=90), ask)
    fitting = [n for n in seen if n != now][:5]
    wanted = next((n for n in fitting if n not in gone), None)
    assert (found.good.task_definition if isinstance(found, Target) else None) == (
        definition(wanted) if wanted else None
    )
