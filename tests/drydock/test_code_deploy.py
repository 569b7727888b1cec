"""Services that CodeDeploy deploys: its two operations, the task sets of a deployment, and its events."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.drydock.model import Behaviour
from lab.drydock.strategy import Strategy
from tests.drydock.deploying import Rollout, rollout

CRASH = Behaviour("exits", after=5)


def deploying(behaviour: Any = None, **settings: Any) -> Rollout:
    """A second task definition is being deployed by CodeDeploy."""
    return rollout(behaviour, settings={"controller": "CODE_DEPLOY", **settings})


def code_deploy(made: Rollout) -> Any:
    return made.session.client("codedeploy")


def deployment(made: Rollout, named: str | None = None) -> dict[str, Any]:
    """A deployment of CodeDeploy, the newest one where none is named."""
    wanted = named or made.service.deployments[0].external_id
    found: dict[str, Any] = code_deploy(made).get_deployment(deploymentId=wanted)["deploymentInfo"]
    return found


def task_sets(made: Rollout) -> list[tuple[str, str, bool, float]]:
    """Status, task definition, whether it has an external id, and scale of each task set."""
    ecs = made.session.client("ecs")
    (service,) = ecs.describe_services(cluster="demo", services=["web"])["services"]
    assert service["taskDefinition"] in [
        s["taskDefinition"] for s in service["taskSets"] if s["status"] == "PRIMARY"
    ]
    return [
        (one["status"], one["taskDefinition"].rpartition("/")[2], "externalId" in one, one["scale"]["value"])
        for one in service["taskSets"]
    ]


OLD, NEW = ("web:1", False, 100.0), ("web:2", True, 100.0)


def test_the_new_task_set_serves_when_it_has_the_traffic_and_the_old_one_stays_for_a_while() -> None:
    """As recorded: InProgress until the old tasks are gone."""
    made = deploying()
    assert (deployment(made)["status"], task_sets(made)) == ("Created", [("PRIMARY", *OLD)])
    made.world.advance(30)
    assert (deployment(made)["status"], task_sets(made)) == (
        "InProgress",
        [("ACTIVE", *NEW), ("PRIMARY", *OLD)],
    )
    made.world.advance(200)
    assert (deployment(made)["status"], task_sets(made)) == (
        "InProgress",
        [("PRIMARY", *NEW), ("ACTIVE", *OLD)],
    )
    made.world.advance(600)
    assert (deployment(made)["status"], task_sets(made)) == ("Succeeded", [("PRIMARY", *NEW)])
    assert "rollbackInfo" not in deployment(made)
    assert states(made) == ["START", "SUCCESS"]


def states(made: Rollout) -> list[str]:
    """What CodeDeploy has said, in order."""
    return [found["state"] for found in made.details("CodeDeploy Deployment State-change Notification")]


def test_a_deployment_that_is_stopped_leaves_the_old_tasks_and_is_taken_back_by_another() -> None:
    made = deploying(CRASH)
    made.world.advance(60)
    stopped = made.service.deployments[0].external_id or ""
    answer = code_deploy(made).stop_deployment(deploymentId=stopped, autoRollbackEnabled=True)
    assert answer["status"] == "Succeeded"
    assert deployment(made, stopped)["status"] == "InProgress"
    made.world.advance(5)
    assert task_sets(made) == [("PRIMARY", *OLD), ("DRAINING", "web:2", True, 0.0)]
    found = deployment(made, stopped)
    back = found["rollbackInfo"]["rollbackDeploymentId"]
    assert (found["status"], found["creator"]) == ("Stopped", "user")
    assert found["rollbackInfo"]["rollbackMessage"] == (
        f"Deployment {stopped} terminated. Automatic rollback is triggered with a DeploymentId {back}."
    )
    assert deployment(made, back)["status"] == "InProgress"
    made.world.advance(120)
    found = deployment(made, back)
    assert (found["status"], found["creator"]) == ("Succeeded", "codeDeployRollback")
    assert found["rollbackInfo"]["rollbackTriggeringDeploymentId"] == stopped
    assert task_sets(made) == [("PRIMARY", *OLD)]
    assert states(made) == ["START", "STOP", "START", "SUCCESS"]


def test_traffic_that_has_shifted_in_part_goes_back() -> None:
    made = deploying(strategy=Strategy("LINEAR", bake_minutes=5))
    made.world.advance(300)
    green = made.service.deployments[0]
    assert 0 < green.production_traffic < 100
    code_deploy(made).stop_deployment(deploymentId=green.external_id, autoRollbackEnabled=True)
    made.world.advance(200)
    assert task_sets(made) == [("PRIMARY", *OLD)]
    assert made.service.deployments[0].production_traffic == 100


@pytest.mark.parametrize("over", ["Succeeded", "Stopped"])
def test_what_has_ended_cannot_be_stopped(over: str) -> None:
    made = deploying()
    named = made.service.deployments[0].external_id
    if over == "Stopped":
        code_deploy(made).stop_deployment(deploymentId=named, autoRollbackEnabled=True)
    made.world.advance(900)
    assert deployment(made, named)["status"] == over
    with pytest.raises(code_deploy(made).exceptions.DeploymentAlreadyCompletedException):
        code_deploy(made).stop_deployment(deploymentId=named, autoRollbackEnabled=True)


@pytest.mark.parametrize(
    ("named", "code"),
    [("d-AAAAAAAAA", "DeploymentDoesNotExistException"), ("web", "InvalidDeploymentIdException")],
)
def test_an_id_of_nothing_is_refused(named: str, code: str) -> None:
    made = deploying()
    for call in ("get_deployment", "stop_deployment"):
        with pytest.raises(ClientError) as raised:
            getattr(code_deploy(made), call)(deploymentId=named)
        assert raised.value.response["Error"]["Code"] == code


def test_a_stop_without_its_rollback_is_not_modelled() -> None:
    made = deploying()
    with pytest.raises(ClientError, match="drydock models a stop that rolls back"):
        code_deploy(made).stop_deployment(deploymentId=made.service.deployments[0].external_id)
    assert made.service.history[0].status in ("PENDING", "IN_PROGRESS")


def test_the_events_have_the_shape_of_the_sample() -> None:
    made = deploying()
    (event,) = [one for one in made.world.log.events if one["source"] == "aws.codedeploy"]
    named = made.service.deployments[0].external_id
    assert event["detail-type"] == "CodeDeploy Deployment State-change Notification"
    assert event["resources"] == [
        "arn:aws:codedeploy:us-east-1:000000000000:application:web-app",
        "arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:web-app/web-group",
    ]
    assert event["detail"] == {
        "region": "us-east-1",
        "application": "web-app",
        "deploymentId": named,
        "state": "START",
        "deploymentGroup": "web-group",
    }
