"""What follows for a service that CodeDeploy or somebody else deploys: the pure rules, row by row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dockwarden.causes.vocabulary import Cause
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.facts.code_deploy import CodeDeployment
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import Definition, ServiceReleases
from dockwarden.facts.services import TaskSet
from dockwarden.facts.task_sets import as_deployed, before_it, newest
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Case
from dockwarden.rollback.code_deploy import judge_code_deploy
from dockwarden.rollback.code_deploy_following import FollowingCodeDeploy, followed
from dockwarden.rollback.elsewhere import is_elsewhere, judge_elsewhere
from dockwarden.rollback.following import Following, Standing
from dockwarden.rollback.judging import Judgement
from tests.fakes import NOON, cluster_arn
from tests.rollback.cases import GATES, SERVICE, bad, case, definition, good, releases, service

MINUTE = timedelta(minutes=1)
OURS, BACK = "d-A1B2C3D4E", "d-F5G6H7I8J"
UNREAD = NotRead("GetDeployment: AccessDenied")


def task_set(number: int, status: str, external: str | None, at: datetime, running: int = 4) -> TaskSet:
    """A task set of a revision of `web`."""
    return TaskSet(
        f"ecs-svc/{number}", status, external, definition(number), "STEADY_STATE", 4, running, 0, at, at
    )


OLD = task_set(1, "PRIMARY", None, NOON - 60 * MINUTE)
NEW = task_set(2, "ACTIVE", OURS, NOON - 5 * MINUTE)


def seen(*sets: TaskSet, controller: str = "CODE_DEPLOY", **more: Any) -> ServiceReleases:
    """A service of task sets, as the playbook looks at it."""
    unsupported = NotRead("ListServiceDeployments: UnsupportedFeatureException")
    state = service(1, deployment_controller=controller, deployments=(), task_sets=sets or (NEW, OLD), **more)
    found = releases(state=as_deployed(state), strategy=None)
    return replace(found, rollouts=unsupported, revisions=unsupported)


def failing(*sets: TaskSet, known: Known | None = None, **changes: Any) -> Case:
    """The second revision fails; the first is known to have worked."""
    made = case(releases=seen(*sets), current=Definition(definition(2), "ACTIVE"), steady=0)
    return replace(made, known=known or made.known, **changes)


def answering(*found: CodeDeployment) -> Callable[[str], CodeDeployment | NotRead]:
    """CodeDeploy with these deployments."""
    answers = {one.id: one for one in found}
    return lambda named: answers.get(named, UNREAD)


def deployment(status: str, **more: Any) -> CodeDeployment:
    return replace(CodeDeployment(OURS, status, "ECS", "app", "group"), **more)


def judged(found: CodeDeployment | None, made: Case | None = None) -> Judgement:
    ask = answering(*filter(None, (found,)))
    return judge_code_deploy(made or failing(), GATES, ask)


def test_the_newest_task_set_is_the_deployment_of_a_service_that_has_none() -> None:
    """Not the service's own task definition, which is that of the task set that serves still."""
    state = as_deployed(service(1, deployments=(), task_sets=(OLD, NEW)))
    primary = state.deployment()
    assert primary is not None
    assert (primary.id, primary.rollout_state, state.task_definition_arn) == (
        "ecs-svc/2",
        "IN_PROGRESS",
        definition(2),
    )
    assert (newest(state), before_it(state)) == (NEW, OLD)


def test_a_task_set_on_its_way_out_is_no_deployment() -> None:
    state = as_deployed(service(1, deployments=(), task_sets=(OLD, replace(NEW, status="DRAINING"))))
    primary = state.deployment()
    assert primary is not None
    assert (primary.id, primary.rollout_state, before_it(state)) == ("ecs-svc/1", "COMPLETED", None)


def test_a_service_with_deployments_stays_as_it_is() -> None:
    assert as_deployed(service(2)) == service(2)


@pytest.mark.parametrize("status", ["Created", "Queued", "InProgress", "Baking", "Ready"])
def test_a_deployment_under_way_is_stopped_by_the_id_that_ecs_names(status: str) -> None:
    found = judged(deployment(status))
    assert found.action == StopCodeDeployment(cluster_arn(), SERVICE, OURS, definition(2))
    assert found.objections == ()
    assert found.why.startswith(
        "the revision that CodeDeploy is deploying fails: app-exit; web:1 is known good for"
    )


@pytest.mark.parametrize(
    "found",
    [
        deployment("Stopped", rollback=BACK),
        deployment("Failed", rollback=BACK),
        deployment("InProgress", takes_back=BACK),
    ],
)
def test_invariant_27_code_deploys_own_way_back_is_watched(found: CodeDeployment) -> None:
    assert judged(found) == Judgement("CodeDeploy takes the deployment back by itself, which is watched")


@pytest.mark.parametrize("status", ["Succeeded", "Stopped", "Failed", "SomethingNew"])
def test_what_has_ended_is_told_with_how_to_roll_back_there(status: str) -> None:
    found = judged(deployment(status))
    assert (found.action, found.told) == (None, True)
    assert found.why == (
        f"app-exit, and nothing is changed: {OURS} of CodeDeploy, which brought it, is {status}. To roll back, create a "
        "deployment of application app, deployment group group, in CodeDeploy that brings web:1, which is known to have "
        "worked"
    )


def test_without_a_known_good_revision_nothing_is_guessed() -> None:
    found = judged(deployment("Succeeded"), failing(known=Known("prod/web")))
    assert found.why.endswith("that brings a revision that worked, of which none is known here")


def test_a_service_that_code_deploy_has_never_deployed_to_has_no_deployment_to_stop() -> None:
    found = judged(None, failing(OLD))
    assert (found.action, found.told) == (None, True)
    assert "no deployment of it is under way" in found.why


def test_a_deployment_that_cannot_be_read_is_proposed_while_ecs_shows_two_task_sets() -> None:
    """A person may decide, and right before the call it is read again."""
    found = judged(None)
    assert isinstance(found.action, StopCodeDeployment)
    assert found.objections == (
        f"whether {OURS} is under way could not be read: GetDeployment: AccessDenied",
    )


def test_a_deployment_that_cannot_be_read_is_told_where_ecs_shows_one_task_set() -> None:
    found = judged(None, failing(replace(NEW, status="PRIMARY")))
    assert (found.action, found.told) == (None, True)
    assert "could not be read" in found.why


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (failing(known=Known("prod/web", (good(3),))), "back to web:1, which is not known to have worked"),
        (failing(known=Known("prod/web", (good(1),), (bad(2),))), "web:2 was rolled back on"),
        (failing(cause=Cause.UNKNOWN), "unknown may be the revision's or not"),
        (
            failing(current=Definition(definition(2), "ACTIVE", (("dockwarden:barrier", "true"),))),
            "dockwarden:barrier",
        ),
        (failing(alarms=UNREAD), "its alarms could not be read"),
        (replace(failing(), releases=seen(tags=())), "its tag dockwarden:rollback says nothing"),
    ],
    ids=["unproven", "once", "cause", "barrier", "alarms", "tag"],
)
def test_the_gates_of_every_rollback_hold_it(made: Case, says: str) -> None:
    found = judged(deployment("InProgress"), made)
    assert isinstance(found.action, StopCodeDeployment)
    assert any(says in objection for objection in found.objections)


@pytest.mark.parametrize(
    "changes",
    [{"status": "DRAINING"}, {"desired": 0}, {"tags": (("dockwarden:rollback", "never"),)}],
    ids=["draining", "none wanted", "never"],
)
@pytest.mark.parametrize("by", ["CODE_DEPLOY", "EXTERNAL"])
def test_a_rollback_that_is_out_of_question_is_neither_proposed_nor_told(
    by: str, changes: dict[str, Any]
) -> None:
    found = seen(controller=by, **changes)
    if by == "EXTERNAL":
        result = judge_elsewhere(found, Known("prod/web", (good(1),)), Cause.APP_EXIT)
    else:
        result = judged(deployment("InProgress"), replace(failing(), releases=found))
    assert (result.action, result.told) == (None, False)


OTHERS = [
    ({"deployment_controller": "EXTERNAL"}, None, "Whoever runs that controller"),
    ({"deployment_controller": "SOMETHING_NEW"}, None, "Whoever deploys it there"),
    ({"scheduling_strategy": "DAEMON"}, None, "A person has to update it"),
    ({}, "ECS", "Its owner has to update the Express service"),
]


@pytest.mark.parametrize(("state", "managed_by", "who"), OTHERS)
@pytest.mark.parametrize("rollout_state", ["IN_PROGRESS", "COMPLETED", "FAILED"])
def test_invariant_29_whatever_its_deployment_does_no_action_is_made_of_it(
    state: dict[str, Any], managed_by: str | None, who: str, rollout_state: str
) -> None:
    now = service(2, **state)
    primary = now.deployment()
    assert primary is not None
    now = replace(now, deployments=(replace(primary, rollout_state=rollout_state),))
    found = releases(state=now, managed_by=managed_by)
    assert is_elsewhere(found)
    result = judge_elsewhere(found, Known("prod/web", (good(1),)), Cause.APP_EXIT)
    assert (result.action, result.told) == (None, True)
    assert who in result.why
    assert "web:1, which is known to have worked" in result.why


@pytest.mark.parametrize("controller", ["ECS", "CODE_DEPLOY", None])
def test_what_dockwarden_may_stop_or_roll_back_is_not_elsewhere(controller: str | None) -> None:
    assert not is_elsewhere(releases(state=service(2, deployment_controller=controller)))


AT = NOON - 2 * MINUTE
STOPPED = deployment("Stopped", rollback=BACK)
BACK_NOW = CodeDeployment(BACK, "Succeeded", "ECS", takes_back=OURS)


def following(
    *sets: TaskSet, stopped: CodeDeployment = STOPPED, back: str | None = "Succeeded", **more: Any
) -> Following:
    """A stop of ours two minutes ago, as it is read now."""
    known = [stopped, *([replace(BACK_NOW, status=back)] if back else [])]
    made = bad(2, AT, deployment=more.pop("of", OURS))
    now, is_failing = more.pop("now", NOON), more.pop("is_failing", False)
    found = seen(*(sets or (OLD, replace(NEW, status="DRAINING"))), **more)
    return followed(made, found, now, failing=is_failing, ask=answering(*known))


def test_invariant_31_it_has_worked_when_the_way_back_is_over_and_the_old_tasks_run() -> None:
    assert following().standing() is Standing.WELL
    assert following(replace(OLD, running=3)).standing() is Standing.UNDER_WAY


@pytest.mark.parametrize("back", ["Created", "InProgress", None])
def test_as_long_as_the_way_back_is_under_way_or_unread_it_is_under_way(back: str | None) -> None:
    assert following(back=back).standing() is Standing.UNDER_WAY
    assert following(back=back, now=AT + 31 * MINUTE).standing() is Standing.STUCK


def test_a_deployment_that_goes_on_although_it_was_stopped_is_said_to_be_stuck_in_the_end() -> None:
    for status in ("InProgress", "Succeeded"):
        found = following(NEW, OLD, stopped=deployment(status), back=None)
        assert found.standing() is Standing.UNDER_WAY
        late = following(NEW, OLD, stopped=deployment(status), back=None, now=AT + 31 * MINUTE)
        assert late.standing() is Standing.STUCK


def test_a_stop_before_any_traffic_moved_needs_no_deployment_back() -> None:
    assert following(OLD, stopped=deployment("Stopped"), back=None).standing() is Standing.WELL


@pytest.mark.parametrize("back", ["Failed", "Stopped"])
def test_invariant_32_a_way_back_that_fails_is_told(back: str) -> None:
    assert following(back=back).standing() is Standing.ILL
    assert following(is_failing=True).standing() is Standing.ILL


@pytest.mark.parametrize(
    "made",
    [
        task_set(3, "ACTIVE", "d-NEWERONES", NOON - MINUTE),
        task_set(2, "ACTIVE", "d-NEWERONES", NOON - MINUTE),
    ],
    ids=["a fix", "the bad one again"],
)
def test_what_somebody_has_deployed_since_is_not_ours_to_follow(made: TaskSet) -> None:
    assert following(made, OLD).standing() is Standing.SUPERSEDED


def test_a_task_set_that_code_deploy_made_for_its_way_back_is_ours() -> None:
    made = task_set(1, "PRIMARY", BACK, NOON - MINUTE)
    assert following(made).standing() is Standing.WELL


@pytest.mark.parametrize("number", [2, 3])
def test_a_stop_without_its_deployment_is_not_the_newest_for_ever(number: int) -> None:
    """As older versions have written it: what came after it is decided by time."""
    made = task_set(number, "ACTIVE", "d-NEWERONES", NOON - MINUTE)
    assert following(made, OLD, of=None).standing() is Standing.SUPERSEDED
    assert following(of=None).standing() is Standing.WELL
    assert following(replace(OLD, running=3), of=None).standing() is Standing.UNDER_WAY
    assert following(NEW, OLD, of=None).standing() is Standing.UNDER_WAY
    assert following(of=None, is_failing=True).standing() is Standing.ILL


def test_a_rollback_by_ecs_is_followed_as_ever() -> None:
    found = followed(bad(2, AT), releases(state=service(1)), NOON, failing=False, ask=answering())
    assert type(found) is Following
    assert type(following()) is FollowingCodeDeploy
