"""Services that CodeDeploy deploys: a deployment that fails is stopped there, and nothing else is ever changed.

And those that somebody else deploys altogether, which people are told about once.
"""

from collections.abc import Callable
from typing import Any

import pytest

from lab.drydock import deployments, rollbacks, stacks
from lab.drydock.build import deploy
from lab.drydock.model import Behaviour, Service
from lab.drydock.troubles import add_trouble
from tests.rollback.story import CRASH, SAFE, Story, runs, story
from tests.runtime.harness import KilledError

MINUTE = 60
WELL = Behaviour("runs")
STOPPED = {"StopDeployment": 1}


def by_code_deploy(tale: Story, **settings: Any) -> Service:
    """A service whose first task set has worked for an hour."""
    return tale.service(controller="CODE_DEPLOY", **settings)


def shown(tale: Story) -> dict[str, Any]:
    """The service as ECS describes it."""
    ecs = tale.installation.clients().client("ecs")
    (found,) = ecs.describe_services(cluster="prod", services=["web"])["services"]
    return dict(found)


def serving(tale: Story) -> list[tuple[str, str]]:
    """Which task set has which status."""
    sets = shown(tale)["taskSets"]
    return [(one["status"], one["taskDefinition"].rpartition("/")[2]) for one in sets]


def why(tale: Story) -> str:
    """What the only proposal says that stands against it."""
    [held] = tale.proposals()
    return f"{held.reason}; {held.why}"


def finished(tale: Story, web: Service) -> Callable[[], None]:
    """Lets CodeDeploy come to the end of what it deploys."""
    return lambda: deployments.finish(tale.world, web.history[0], "SUCCESSFUL")


def test_a_deployment_that_fails_is_stopped_in_code_deploy_and_the_old_tasks_go_on() -> None:
    """One change and no other; the end of CodeDeploy's own way back is told."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        tale.run(30 * MINUTE)
        [call] = [call for call in tale.installation.endpoint.log.calls if call.mutating]
        assert (call.service, call.operation) == ("codedeploy", "StopDeployment")
        assert call.params == {"deploymentId": "d-391639979", "autoRollbackEnabled": True}
        assert serving(tale) == [("PRIMARY", "web:1")]
        assert web.history[0].status == "ROLLBACK_SUCCESSFUL"
        assert [bad.task_definition.rpartition("/")[2] for bad in tale.known(web).bad] == ["web:2"]
        assert len(tale.cards("rolled back, healthy again")) == 1
        assert tale.proposals() == []


STAGES = ("SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME")


@pytest.mark.parametrize("stage", STAGES)
def test_a_deployment_that_fails_in_a_stage_gives_the_traffic_back(stage: str) -> None:
    """Also while CodeDeploy waits with the end of the old tasks, when the new ones are PRIMARY already."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web, WELL)
        tale.until(lambda: web.history[0].stage == stage, seconds=1, most=4000)
        add_trouble(tale.world, CRASH, revisions=["web:2"])
        tale.run(20 * MINUTE)
        assert tale.ours() == STOPPED
        assert serving(tale) == [("PRIMARY", "web:1")]
        assert "rolled back, healthy again" in tale.headlines()


def test_a_service_without_the_tag_is_held_with_a_proposal_that_a_person_approves() -> None:
    with story() as tale:
        web = by_code_deploy(tale, tags={})
        tale.release(web)
        tale.run(5 * MINUTE)
        assert tale.ours() == {}
        [held] = tale.proposals()
        assert held.sentence == (
            "stop the CodeDeploy deployment d-391639979 of web:2 to service web in cluster prod, "
            "which rolls it back"
        )
        done = tale.approve(held)
        assert done.outcome is not None
        assert done.outcome.startswith("done: ")
        tale.run(20 * MINUTE)
        assert (serving(tale), tale.ours()) == ([("PRIMARY", "web:1")], STOPPED)


def test_what_code_deploy_has_deployed_already_is_told_once_and_not_changed() -> None:
    """It cannot be stopped any more: how to roll back there, and to what."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web, WELL)
        tale.until(lambda: web.history[0].status == "SUCCESSFUL", seconds=15)
        add_trouble(tale.world, CRASH, revisions=["web:2"])
        tale.run(40 * MINUTE)
        assert (runs(web), tale.ours(), tale.proposals()) == ("web:2", {}, [])
        [card] = tale.cards("needs a look")
        assert card["cause"] == (
            "App-exit, and nothing is changed: d-391639979 of CodeDeploy, which brought it, is Succeeded. "
            "To roll back, create a deployment of application web-app, deployment group web-group, in CodeDeploy "
            "that brings web:1, which is known to have worked."
        )


@pytest.mark.parametrize("call", ["sts.AssumeRole", "codedeploy.StopDeployment"])
def test_a_deployment_that_is_over_between_decision_and_call_is_not_stopped(call: str) -> None:
    """Before the last look, and in the moment after it, when CodeDeploy itself refuses."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        tale.before(call, finished(tale, web))
        tale.run(10 * MINUTE)
        assert tale.ours() == {}
        assert tale.known(web).bad == ()
        assert any("is Succeeded" in card["cause"] for card in tale.told)


def test_invariant_28_somebody_who_deploys_between_decision_and_call_is_not_disturbed() -> None:
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)

        def fix() -> None:
            deploy(tale.world, tale.cluster, web, behaviour=WELL)

        tale.before("sts.AssumeRole", fix)
        tale.run(40 * MINUTE)
        assert (runs(web), tale.ours()) == ("web:3", {})


def test_invariant_27_code_deploy_that_takes_it_back_by_itself_is_watched() -> None:
    """As where its deployment group rolls back on an alarm."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        tale.run(MINUTE)
        rollbacks.request(tale.world, tale.cluster, web, web.history[0])
        tale.run(20 * MINUTE)
        assert (serving(tale), tale.ours(), tale.proposals()) == ([("PRIMARY", "web:1")], {}, [])


@pytest.mark.parametrize(
    ("service", "release", "says"),
    [
        ({}, {"tags": {"dockwarden:barrier": "true"}}, "web:2 has the tag dockwarden:barrier"),
        (
            {"tags": {**SAFE, "aws:cloudformation:stack-name": "web-stack"}},
            {},
            "stack web-stack is UPDATE_IN_PROGRESS",
        ),
        ({"good_for": 5 * MINUTE}, {}, "take it back to web:1, which is not known to have worked"),
    ],
    ids=["barrier", "stack", "unproven"],
)
def test_the_same_gates_hold_it_for_a_person(service: Any, release: Any, says: str) -> None:
    with story() as tale:
        stacks.set_stack(tale.world, "web-stack", "UPDATE_IN_PROGRESS")
        web = by_code_deploy(tale, **service)
        tale.release(web, **release)
        tale.run(5 * MINUTE)
        assert tale.ours() == {}
        assert says in why(tale)


def test_invariant_19_a_revision_that_was_stopped_and_comes_again_is_held() -> None:
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        tale.run(20 * MINUTE)
        deployments.begin(tale.world, tale.cluster, web, tale.world.definitions["web"][2])
        tale.run(10 * MINUTE)
        assert tale.ours() == STOPPED
        assert "web:2 was rolled back on" in why(tale)


def test_invariant_5_a_stop_whose_answer_was_lost_is_remembered_with_its_deployment() -> None:
    """Killed after the call; a later release that fails is nobody's rollback, and is stopped in its turn."""
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        plan = tale.installation.plan
        plan.stop_at, plan.when = "codedeploy.StopDeployment", "after"
        with pytest.raises(KilledError):
            tale.run(10 * MINUTE)
        plan.stop_at, plan.at = None, None
        tale.run(30 * MINUTE)
        [bad] = tale.known(web).bad
        assert bad.deployment == "d-391639979"
        tale.run(60 * MINUTE)
        tale.release(web)
        tale.run(20 * MINUTE)
        assert tale.ours() == {"StopDeployment": 2}
        assert serving(tale) == [("PRIMARY", "web:1")]


def test_invariant_32_the_old_tasks_that_fail_too_are_told_and_nothing_goes_back_further() -> None:
    with story() as tale:
        web = by_code_deploy(tale)
        tale.release(web)
        tale.until(lambda: bool(tale.ours()))
        add_trouble(tale.world, CRASH, services=["web"])
        tale.run(40 * MINUTE)
        assert tale.ours() == STOPPED
        assert len(tale.cards("rolled back, and still failing")) == 1


def test_invariant_34_a_cause_that_is_not_the_code_stops_nothing() -> None:
    with story() as tale:
        web = by_code_deploy(tale)
        reason = "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit"
        tale.release(web, Behaviour("fails-to-start", reason=reason))
        tale.run(30 * MINUTE)
        assert (tale.ours(), tale.proposals(), tale.cards("needs a look")) == ({}, [], [])


GOOD = "web:1, which is known to have worked."
OF_EXPRESS = "Its owner has to update the Express service (UpdateExpressGatewayService) to the image of"
ELSEWHERE: dict[str, tuple[dict[str, Any], str, str]] = {
    "EXTERNAL": (
        {"controller": "EXTERNAL"},
        "an external deployment controller deploys it",
        "Whoever runs that controller has to give its traffic to a task set of",
    ),
    "DAEMON": (
        {"scheduling": "DAEMON"},
        "its scheduling strategy is DAEMON",
        "A person has to update it to",
    ),
    "Express": ({"managed_by": "ECS"}, "ECS manages it, as an Express service", OF_EXPRESS),
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_invariant_29_what_somebody_else_deploys_is_told_once_with_who_has_to_act(kind: str) -> None:
    """However many of its tasks stop and however often it is looked at; each new deployment is news."""
    settings, theirs, who = ELSEWHERE[kind]
    with story() as tale:
        web = tale.service(**settings)
        tale.release(web)
        tale.run(20 * MINUTE)
        assert (tale.ours(), tale.proposals()) == ({}, [])
        [card] = tale.cards("needs a look")
        assert card["cause"] == f"App-exit, and it is not rolled back by Dockwarden: {theirs}. {who} {GOOD}"
        tale.release(web)
        tale.run(10 * MINUTE)
        assert (tale.ours(), len(tale.cards("needs a look"))) == ({}, 2)
        assert not [call for call in tale.installation.endpoint.log.calls if call.mutating]


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_an_owner_who_wants_no_rollback_is_not_told_of_one(kind: str) -> None:
    settings, *_ = ELSEWHERE[kind]
    with story() as tale:
        web = tale.service(tags={"dockwarden:rollback": "never"}, **settings)
        tale.release(web)
        tale.run(10 * MINUTE)
        assert (tale.ours(), tale.cards("needs a look")) == ({}, [])
