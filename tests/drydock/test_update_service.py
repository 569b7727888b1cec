"""UpdateService and the task definitions it takes; stacks."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.drydock.build import deploy
from lab.drydock.model import Behaviour
from lab.drydock.stacks import set_stack
from tests.drydock.deploying import FARGATE, Rollout, rollout


def _code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def _update(made: Rollout, **asked: Any) -> Any:
    return made.session.client("ecs").update_service(cluster="demo", service="web", **asked)["service"]


def test_a_task_definition_alone_changes_nothing_else_of_the_service() -> None:
    """Not the desired count, not the deployment configuration, not the tags."""
    made = rollout(settings={"desired_count": 3, "tags": {"team": "web"}})
    made.world.advance(900)
    ecs = made.session.client("ecs")
    volatile = {"deployments", "currentServiceDeployment", "currentServiceRevisions", "events"}
    volatile |= {"taskDefinition", "pendingCount", "runningCount"}

    def fixed() -> dict[str, Any]:
        shown: Any = ecs.describe_services(cluster="demo", services=["web"], include=["TAGS"])["services"][0]
        return {key: value for key, value in shown.items() if key not in volatile}

    before = fixed()
    _update(made, taskDefinition="web:1")
    made.world.advance(900)
    assert fixed() == before
    assert made.service.definition.revision == 1
    assert made.service.history[0].status == "SUCCESSFUL"


@pytest.mark.parametrize("delete", [False, True])
def test_a_deregistered_task_definition_is_refused(delete: Any) -> None:
    """INACTIVE and DELETE_IN_PROGRESS alike, in the words of public reports; the one that runs it goes on."""
    made = rollout()
    made.world.advance(900)
    ecs = made.session.client("ecs")
    for number in (1, 2):
        ecs.deregister_task_definition(taskDefinition=f"web:{number}")
    if delete:
        assert ecs.delete_task_definitions(taskDefinitions=["web:1"])["failures"] == []
    status = ecs.describe_task_definition(taskDefinition="web:1")["taskDefinition"]["status"]
    assert status == ("DELETE_IN_PROGRESS" if delete else "INACTIVE")
    with pytest.raises(ClientError, match="TaskDefinition is inactive") as raised:
        _update(made, taskDefinition="web:1")
    assert _code(raised) == "ClientException"
    _update(made, desiredCount=2)
    made.world.advance(300)
    assert [task.definition.revision for task in made.cluster.tasks_of(made.service)] == [2, 2]


def test_an_active_task_definition_is_not_deleted() -> None:
    made = rollout()
    answer = made.session.client("ecs").delete_task_definitions(taskDefinitions=["web:2", "web:9"])
    assert [one["arn"] for one in answer["failures"]] == ["web:2", "web:9"]


def test_a_family_means_its_latest_active_revision() -> None:
    made = rollout()
    ecs = made.session.client("ecs")
    shown = ecs.deregister_task_definition(taskDefinition="web:2")["taskDefinition"]
    assert shown["status"] == "INACTIVE"
    assert shown["deregisteredAt"] >= shown["registeredAt"]
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"] == 1
    listed = ecs.list_task_definitions(familyPrefix="web")["taskDefinitionArns"]
    assert [arn.rsplit(":", 1)[-1] for arn in listed] == ["1"]
    inactive = ecs.list_task_definitions(familyPrefix="web", status="INACTIVE")["taskDefinitionArns"]
    assert [arn.rsplit(":", 1)[-1] for arn in inactive] == ["2"]
    with pytest.raises(ClientError):
        ecs.deregister_task_definition(taskDefinition="web:2")
    with pytest.raises(ClientError):
        ecs.deregister_task_definition(taskDefinition="web")
    assert deploy(made.world, made.cluster, made.service).revision.definition.revision == 3


def test_a_registered_revision_has_its_tags_and_what_was_asked() -> None:
    """The same image does the same as before; tags are shown when they are asked for, and not inherited."""
    made = rollout(Behaviour("exits", after=5), image="example/web:7")
    ecs = made.session.client("ecs")
    container: Any = {
        "name": "app",
        "image": "example/web:7",
        "environment": [{"name": "LEVEL", "value": "info"}],
        "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:eu:1:parameter/key"}],
        "portMappings": [{"containerPort": 8080}],
        "healthCheck": {"command": ["CMD", "true"], "interval": 10},
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}},
        "versionConsistency": "disabled",
    }
    answer = ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        cpu="512",
        memory="1024",
        containerDefinitions=[container],
        tags=[{"key": "dockwarden:barrier", "value": "true"}],
    )
    assert answer["taskDefinition"]["revision"] == 3
    shown = ecs.describe_task_definition(taskDefinition="web:3", include=["TAGS"])
    assert shown["tags"] == [{"key": "dockwarden:barrier", "value": "true"}]
    found: Any = shown["taskDefinition"]["containerDefinitions"][0]
    assert {key: found[key] for key in ("environment", "secrets", "versionConsistency")} == {
        key: container[key] for key in ("environment", "secrets", "versionConsistency")
    }
    assert made.world.definitions["web"][3].behaviour.kind == "exits"
    assert "tags" not in ecs.describe_task_definition(taskDefinition="web:3")
    _update(made, taskDefinition="web:3")
    later = deploy(made.world, made.cluster, made.service)
    assert later.revision.definition.tags == {}


@pytest.mark.parametrize(
    "asked",
    [
        {"family": "x", "containerDefinitions": []},
        {"family": "x", "containerDefinitions": [{"image": "a"}, {"image": "b"}]},
        {"family": "x", "containerDefinitions": [{"image": "a"}], "pidMode": "task"},
        {"family": "x", "containerDefinitions": [{"image": "a", "privileged": True}]},
    ],
)
def test_what_is_not_modelled_of_a_task_definition_is_refused(asked: Any) -> None:
    with pytest.raises(ClientError, match=r"drydock models|does not model"):
        rollout().session.client("ecs").register_task_definition(**asked)


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_another_controller_refuses_a_task_definition(controller: Any) -> None:
    """It shows task sets and no deployments, lists no service deployments, and sends no deployment events."""
    made = rollout(settings={"controller": controller})
    made.world.advance(600)
    for asked in ({"taskDefinition": "web:1"}, {"forceNewDeployment": True}):
        with pytest.raises(ClientError, match=f"on services with a {controller} deployment controller") as e:
            _update(made, **asked)
        assert _code(e) == "InvalidParameterException"
    shown = _update(made, desiredCount=2)
    assert shown["deploymentController"] == {"type": controller}
    assert shown["deployments"] == []
    (only,) = shown["taskSets"]
    assert (only["status"], only["stabilityStatus"]) == ("PRIMARY", "STEADY_STATE")
    assert ("externalId" in only) is (controller == "CODE_DEPLOY")
    with pytest.raises(ClientError) as raised:
        made.session.client("ecs").list_service_deployments(cluster="demo", service="web")
    assert _code(raised) == "UnsupportedFeatureException"
    assert made.details("ECS Deployment State Change") == []


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_that_is_not_active_is_refused(status: str) -> None:
    made = rollout()
    made.service.status = status
    with pytest.raises(ClientError, match=r"Service was not ACTIVE\.") as raised:
        _update(made, taskDefinition="web:1")
    assert _code(raised) == "ServiceNotActiveException"
    shown = made.session.client("ecs").describe_services(cluster="demo", services=["web"])["services"][0]
    assert shown["status"] == status


def test_daemons_and_express_services_say_what_they_are() -> None:
    """A daemon takes no desired count; both are listed by what they are."""
    made = rollout(settings={**FARGATE, "scheduling": "DAEMON", "managed_by": "ECS"})
    ecs = made.session.client("ecs")
    shown = ecs.describe_services(cluster="demo", services=["web"])["services"][0]
    assert (shown["schedulingStrategy"], shown["resourceManagementType"]) == ("DAEMON", "ECS")
    with pytest.raises(ClientError, match="daemon"):
        _update(made, desiredCount=2)
    both = [{"schedulingStrategy": "DAEMON"}, {"resourceManagementType": "ECS"}, {}]
    none = [{"schedulingStrategy": "REPLICA"}, {"resourceManagementType": "CUSTOMER"}]
    for asked, count in [(one, 1) for one in both] + [(one, 0) for one in none]:
        listed = ecs.list_services(cluster="demo", **asked)  # type: ignore[arg-type]
        assert len(listed["serviceArns"]) == count


def test_a_stack_is_in_the_status_that_was_set() -> None:
    """By name or id; one that was never set does not exist."""
    made = rollout()
    cloudformation = made.session.client("cloudformation")
    set_stack(made.world, "web-stack", "CREATE_COMPLETE")
    made.world.advance(60)
    stack = set_stack(made.world, "web-stack", "UPDATE_IN_PROGRESS")
    for name in ("web-stack", stack.id):
        (shown,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        assert (shown["StackStatus"], shown["StackName"]) == ("UPDATE_IN_PROGRESS", "web-stack")
        assert shown["LastUpdatedTime"] > shown["CreationTime"]
    assert len(cloudformation.describe_stacks()["Stacks"]) == 1
    with pytest.raises(ClientError, match="Stack with id other does not exist") as raised:
        cloudformation.describe_stacks(StackName="other")
    assert _code(raised) == "ValidationError"
