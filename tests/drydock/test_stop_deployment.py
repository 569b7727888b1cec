"""StopServiceDeployment, and what becomes of a deployment that is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.drydock.build import add_cluster, add_service, deploy, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import session
from lab.drydock.model import Behaviour, TaskDefinition
from lab.drydock.strategy import Controller
from tests.drydock.deploying import BREAKS, FARGATE, ROLLS_BACK, Rollout, rollout

CRASH = Behaviour("exits", after=5)
FINAL = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")


def _stop(made: Rollout, which: int = 0, **more: Any) -> Any:
    ecs = made.session.client("ecs")
    return ecs.stop_service_deployment(serviceDeploymentArn=made.service.history[which].arn, **more)


def _shown(made: Rollout, which: int = 0) -> Any:
    ecs = made.session.client("ecs")
    arns = [made.service.history[which].arn]
    return ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"][0]


def test_a_stopped_deployment_goes_back_to_the_last_good_revision() -> None:
    """Requested, in progress, successful; the same service deployment, no new service revision, no desired count."""
    made = rollout(CRASH, balanced=False)
    made.world.advance(300)
    good = made.service.history[1].target
    answer = _stop(made, stopType="ROLLBACK")
    assert answer["serviceDeploymentArn"] == made.service.history[0].arn
    statuses = [_shown(made)["status"]]
    made.world.advance(4)
    statuses.append(_shown(made)["status"])
    made.world.advance(600)
    statuses.append(_shown(made)["status"])
    assert statuses == ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"]
    shown = _shown(made)
    assert shown["statusReason"] == "Service deployment rolled back by user."
    assert shown["rollback"]["serviceRevisionArn"] == good.arn
    assert len(made.service.history) == 2
    assert made.service.primary.revision is good
    assert (made.service.desired_count, made.service.definition.revision) == (1, 1)


@pytest.mark.parametrize(("breaker", "failed"), [(None, False), (BREAKS, True), (ROLLS_BACK, True)])
def test_the_events_of_a_rollback_by_hand(breaker: Any, failed: Any) -> None:
    """In progress and completed under the rollback's own id; FAILED only with a circuit breaker."""
    made = rollout(balanced=False, settings={"breaker": breaker} if breaker else None)
    made.world.advance(20)
    _stop(made)
    made.world.advance(600)
    back = made.service.primary
    told = [(name, reason) for kind, _type, name, reason in made.said() if kind == "Change"]
    assert told[1] == (
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        f"Service deployment rolled back by user: rolling back to deploymentId {back.id}.",
    )
    assert told[-1] == ("SERVICE_DEPLOYMENT_COMPLETED", f"ECS deployment {back.id} completed.")
    assert ("SERVICE_DEPLOYMENT_FAILED" in made.names()) is failed


def test_a_pending_deployment_can_be_stopped() -> None:
    """Nothing of it is ever started."""
    made = rollout(CRASH)
    assert _shown(made)["status"] == "PENDING"
    assert "startedAt" not in _shown(made)
    _stop(made)
    made.world.advance(600)
    assert _shown(made)["status"] == "ROLLBACK_SUCCESSFUL"
    assert made.by_task(made.deployment_id) == {}


def test_a_deployment_that_is_being_taken_back_is_not_stopped_twice() -> None:
    """The same answer, and one rollback only."""
    made = rollout(CRASH)
    made.world.advance(60)
    for pause in (0, 4, 4):
        _stop(made)
        made.world.advance(pause)
    made.world.advance(600)
    assert made.names().count("SERVICE_DEPLOYMENT_IN_PROGRESS") == 2
    made.service.history[0].status = "STOP_REQUESTED"
    _stop(made)
    assert made.service.history[0].status == "STOP_REQUESTED"


@pytest.mark.parametrize("status", FINAL)
def test_a_finished_deployment_is_a_conflict(status: str) -> None:
    made = rollout()
    made.world.advance(600)
    made.service.history[0].status = status
    with pytest.raises(ClientError, match=status) as raised:
        _stop(made)
    assert raised.value.response["Error"]["Code"] == "ConflictException"


def test_what_can_not_be_stopped() -> None:
    """An unknown deployment, another stop type, and a service that something else deploys."""
    made = rollout()
    ecs = made.session.client("ecs")
    with pytest.raises(ecs.exceptions.ServiceDeploymentNotFoundException):
        ecs.stop_service_deployment(serviceDeploymentArn=made.service.history[0].arn + "0")
    with pytest.raises(ecs.exceptions.InvalidParameterException):
        _stop(made, stopType="ABORT")
    controllers: tuple[Controller, ...] = ("CODE_DEPLOY", "EXTERNAL")
    for controller in controllers:
        made.service.controller = controller
        with pytest.raises(ecs.exceptions.UnsupportedFeatureException):
            _stop(made)
    assert made.service.history[0].status == "PENDING"


def test_without_a_completed_deployment_there_is_no_rollback() -> None:
    """The first deployment of a service: ROLLBACK_FAILED with AWS's words, and nothing more is started."""
    made = rollout(CRASH)
    made.world.advance(30)
    made.service.history.pop()
    _stop(made)
    made.world.advance(5)
    shown = _shown(made)
    assert (shown["status"], shown["statusReason"]) == (
        "ROLLBACK_FAILED",
        "No rollback candidate was found to run the rollback.",
    )
    assert "rollback" not in shown
    tasks = len(made.cluster.tasks)
    made.world.advance(3600)
    assert len(made.cluster.tasks) == tasks


def test_the_breaker_without_a_candidate_says_the_same() -> None:
    made = rollout(CRASH, settings={"breaker": ROLLS_BACK})
    made.service.history.pop()
    made.world.advance(900)
    assert _shown(made)["status"] == "ROLLBACK_FAILED"
    assert made.names()[-1] == "SERVICE_DEPLOYMENT_FAILED"


def test_a_rollback_whose_revision_fails_too_is_failed_by_the_breaker_only() -> None:
    """Without one it goes on trying for ever, as ECS does."""
    ends = []
    for breaker in (BREAKS, None):
        made = rollout(CRASH, settings={"breaker": breaker} if breaker else None)
        made.world.advance(30)
        good = made.service.history[1].target
        good.definition = made.service.definition  # the good revision crashes now as well
        _stop(made)
        made.world.advance(3600)
        ends.append(_shown(made)["status"])
    assert ends == ["ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS"]


def test_a_newer_deployment_wins_over_a_rollback_that_was_requested() -> None:
    """A human fixes forward between the request and the rollback: nothing is rolled back."""
    made = rollout(CRASH)
    made.world.advance(30)
    _stop(made)
    third = deploy(made.world, made.cluster, made.service, behaviour=Behaviour())
    made.world.advance(600)
    assert made.service.primary is third
    assert [whole.status for whole in made.service.history] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_a_rollback_skips_what_never_completed() -> None:
    """Two bad releases in a row: ECS goes back to the last one that was successful, not to the one before."""
    made = rollout(CRASH)
    made.world.advance(120)
    deploy(made.world, made.cluster, made.service, behaviour=CRASH)
    made.world.advance(120)
    _stop(made)
    made.world.advance(600)
    assert [whole.status for whole in made.service.history[:2]] == ["ROLLBACK_SUCCESSFUL", "STOPPED"]
    assert made.service.definition.revision == 1


def test_after_a_rollback_the_next_one_goes_to_the_revision_that_runs() -> None:
    world = make_world(seed=3)
    cluster = add_cluster(world, "demo")
    service = add_service(world, cluster, TaskDefinition("web"), **FARGATE)
    ecs = session(Endpoint(world)).client("ecs")
    for _ in range(2):
        deploy(world, cluster, service, behaviour=CRASH)
        world.advance(60)
        ecs.stop_service_deployment(serviceDeploymentArn=service.history[0].arn)
        world.advance(600)
    assert [whole.status for whole in service.history[:2]] == ["ROLLBACK_SUCCESSFUL"] * 2
    assert service.definition.revision == 1
