from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.drydock.build import deploy
from lab.drydock.model import Behaviour, CircuitBreaker, HealthCheck
from lab.drydock.trail import Caller
from tests.drydock.deploying import BREAKS, ROLLS_BACK, Rollout, rollout

CRASH = Behaviour("exits", after=5)


def _service(made: Rollout) -> Any:
    return made.session.client("ecs").describe_services(cluster="demo", services=["web"])["services"][0]


def _service_deployments(made: Rollout) -> list[Any]:
    ecs = made.session.client("ecs")
    listed = ecs.list_service_deployments(cluster="demo", service="web")["serviceDeployments"]
    arns = [one["serviceDeploymentArn"] for one in listed]
    return ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]


def test_a_good_deployment_ends_with_one_completed_deployment() -> None:
    """The API shows two deployments meanwhile and one afterwards, with another revision and other tasks."""
    made = rollout(image="example/web:1")
    made.world.advance(20)
    during = _service(made)
    assert [one["status"] for one in during["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert during["currentServiceDeployment"] == made.service.history[0].arn
    made.world.advance(600)
    after = _service(made)
    (only,) = after["deployments"]
    assert (only["id"], only["rolloutState"], only["runningCount"]) == (made.deployment_id, "COMPLETED", 1)
    assert after["taskDefinition"].endswith("task-definition/web:2")
    assert [one["status"] for one in _service_deployments(made)] == ["SUCCESSFUL", "SUCCESSFUL"]
    assert "currentServiceDeployment" not in after


def test_with_minimum_100_the_old_task_stays_until_the_new_one_is_healthy() -> None:
    """A revision that never becomes healthy leaves what ran before untouched."""
    for behaviour, balanced in ((CRASH, True), (CRASH, False), (Behaviour("elb-unhealthy"), True)):
        made = rollout(behaviour, balanced=balanced)
        old = made.cluster.tasks_of(made.service)[0]
        made.world.advance(900)
        assert (old.last_status, old.desired_status) == ("RUNNING", "RUNNING")
        assert len(made.stopped()) > 3


def test_the_circuit_breaker_rolls_back_to_the_last_good_revision() -> None:
    """No new service revision; the rollback is part of the same service deployment, and then COMPLETED."""
    made = rollout(CRASH, settings={"breaker": ROLLS_BACK})
    made.world.advance(1200)
    names = [(name, reason) for _kind, _type, name, reason in made.said()]
    back = made.service.primary
    assert back.id != made.deployment_id
    assert names == [
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", f"ECS deployment {made.deployment_id} in progress."),
        (
            "SERVICE_DEPLOYMENT_IN_PROGRESS",
            f"ECS deployment circuit breaker: rolling back to deploymentId {back.id}.",
        ),
        ("SERVICE_DEPLOYMENT_FAILED", "ECS deployment circuit breaker: tasks failed to start."),
        ("SERVICE_STEADY_STATE", None),
        ("SERVICE_DEPLOYMENT_COMPLETED", f"ECS deployment {back.id} completed."),
    ]
    newest, first = _service_deployments(made)
    assert newest["status"] == "ROLLBACK_SUCCESSFUL"
    assert newest["rollback"]["serviceRevisionArn"] == first["targetServiceRevision"]["arn"]
    assert newest["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert _service(made)["taskDefinition"].endswith("web:1")


def test_without_rollback_the_service_stays_broken_and_starts_nothing_more() -> None:
    made = rollout(CRASH, settings={"breaker": BREAKS})
    made.world.advance(600)
    assert made.names() == ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_FAILED"]
    tasks = len(made.cluster.tasks)
    made.world.advance(3600)
    assert len(made.cluster.tasks) == tasks
    shown = _service(made)["deployments"][0]
    assert (shown["rolloutState"], shown["rolloutStateReason"]) == (
        "FAILED",
        "ECS deployment circuit breaker: tasks failed to start.",
    )
    assert _service_deployments(made)[0]["status"] == "STOPPED"


def test_the_breaker_counts_only_tasks_that_were_never_healthy() -> None:
    """A task that crashes after it was healthy is replaced for ever; nobody rolls back."""
    made = rollout(Behaviour("exits", after=200), settings={"breaker": ROLLS_BACK})
    made.world.advance(3600)
    assert "SERVICE_DEPLOYMENT_FAILED" not in made.names()
    assert made.names().count("SERVICE_STEADY_STATE") > 3
    assert made.names().count("SERVICE_DEPLOYMENT_COMPLETED") == 1


@pytest.mark.parametrize(
    ("desired", "kind", "value", "expected"),
    [
        (1, "BOUNDED_PERCENT", 50, 3),
        (10, "BOUNDED_PERCENT", 50, 5),
        (25, "BOUNDED_PERCENT", 50, 13),
        (1000, "BOUNDED_PERCENT", 50, 200),
        (10, "UNBOUNDED_PERCENT", 10, 1),
        (10, "COUNT", 7, 7),
    ],
)
def test_the_threshold_of_the_breaker(desired: int, kind: Any, value: int, expected: int) -> None:
    """Half of the desired count, at least 3 and at most 200, unless the service says otherwise."""
    breaker = CircuitBreaker(enable=True, threshold_type=kind, threshold_value=value)
    assert breaker.threshold(desired) == expected


def test_a_breaker_of_one_failed_task_trips_after_one() -> None:
    one = CircuitBreaker(enable=True, threshold_type="COUNT", threshold_value=1)
    made = rollout(CRASH, settings={"breaker": one})
    made.world.advance(70)
    assert made.names()[-1] == "SERVICE_DEPLOYMENT_FAILED"


@pytest.mark.parametrize("kind", ["container-unhealthy", "elb-unhealthy", "image-missing", "secret-missing"])
def test_every_way_to_fail_trips_the_breaker(kind: Any) -> None:
    check = HealthCheck(interval=10) if kind == "container-unhealthy" else None
    made = rollout(Behaviour(kind), settings={"breaker": ROLLS_BACK}, health_check=check)
    made.world.advance(2400)
    impaired = ["SERVICE_TASK_START_IMPAIRED"] if "missing" in kind else []
    broken = ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_FAILED"]
    assert made.names()[1:-2] == impaired + broken
    assert made.service.primary.rollout_state == "COMPLETED"


def test_a_newer_deployment_takes_over() -> None:
    """The tasks of the one that was under way go too, and the breaker does not judge it any more."""
    made = rollout(CRASH, settings={"breaker": ROLLS_BACK})
    made.world.advance(60)
    good = deploy(made.world, made.cluster, made.service, behaviour=Behaviour())
    made.world.advance(600)
    assert [task.started_by for task in made.cluster.tasks_of(made.service)] == [good.id]
    assert made.names().count("SERVICE_DEPLOYMENT_FAILED") == 0
    assert [one["status"] for one in _service_deployments(made)] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_the_documented_service_actions_come_when_they_are_wanted() -> None:
    """AWS's pages list deployments and stopped tasks as service actions too; no recorded deployment has them."""
    plain = rollout()
    plain.world.advance(600)
    assert [kind for kind, _type, _name, _reason in plain.said()] == ["Change", "Action", "Change"]
    made = rollout(world_settings={"documented_actions": True})
    made.world.advance(600)
    actions = [name for kind, _type, name, _reason in made.said() if kind == "Action"]
    assert actions == [
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "TASKS_STOPPED",
        "SERVICE_STEADY_STATE",
        "SERVICE_DEPLOYMENT_COMPLETED",
    ]


def test_update_service_deploys_scales_and_refuses_what_is_not_modelled() -> None:
    """A named revision or a forced deployment begins one; a count alone only scales."""
    made = rollout()
    made.world.advance(600)
    ecs: Any = made.session.client("ecs")
    ecs.update_service(cluster="demo", service="web", desiredCount=3)
    made.world.advance(120)
    assert (_service(made)["runningCount"], len(made.service.history)) == (3, 2)
    shown = ecs.update_service(cluster="demo", service="web", taskDefinition="web:1")["service"]
    assert shown["deployments"][0]["taskDefinition"].endswith("web:1")
    assert shown["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    ecs.update_service(cluster="demo", service="web", forceNewDeployment=True)
    assert len(made.service.history) == 4
    for wrong in ({"taskDefinition": "web:9"}, {"healthCheckGracePeriodSeconds": 5}, {"service": "none"}):
        with pytest.raises(ClientError):
            ecs.update_service(**{"cluster": "demo", "service": "web", **wrong})
    breaker: Any = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    ecs.update_service(cluster="demo", service="web", deploymentConfiguration=breaker)
    assert made.service.breaker == ROLLS_BACK
    made.world.advance(900)
    assert _service(made)["runningCount"] == 3


def test_revisions_show_what_changed_between_them() -> None:
    """Image, command, environment, secrets, size, health check and roles are told by DescribeTaskDefinition."""
    made = rollout(
        command=("serve",),
        environment={"LEVEL": "info"},
        secrets={"KEY": "arn:aws:ssm:eu:1:parameter/key"},
        health_check=HealthCheck(),
        port=8080,
        task_role="arn:aws:iam::111122223333:role/web",
        registered_by="arn:aws:iam::111122223333:role/ci",
    )
    deploy(made.world, made.cluster, made.service, image="example/web:3", cpu=512)
    ecs: Any = made.session.client("ecs")
    old = ecs.describe_task_definition(taskDefinition="web:2")["taskDefinition"]
    new = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert (old["cpu"], new["cpu"], new["revision"]) == ("256", "512", 3)
    before, after = old["containerDefinitions"][0], new["containerDefinitions"][0]
    assert {key for key in after if after[key] != before[key]} == {"image"}
    assert after["environment"] == [{"name": "LEVEL", "value": "info"}]
    assert after["healthCheck"]["retries"] == 3
    revisions = ecs.describe_service_revisions(
        serviceRevisionArns=[made.service.history[0].target.arn, "arn:aws:ecs:none"]
    )
    assert revisions["serviceRevisions"][0]["containerImages"][0]["image"] == "example/web:3"
    assert revisions["failures"][0]["reason"] == "MISSING"


def test_service_deployments_are_listed_by_status_and_in_pages() -> None:
    made = rollout()
    made.world.advance(600)
    ecs = made.session.client("ecs")
    first = ecs.list_service_deployments(cluster="demo", service="web", maxResults=1)
    second = ecs.list_service_deployments(cluster="demo", service="web", nextToken=first["nextToken"])
    assert first["serviceDeployments"][0]["createdAt"] > second["serviceDeployments"][0]["createdAt"]
    listed = ecs.list_service_deployments(cluster="demo", service="web", status=["IN_PROGRESS"])
    assert listed["serviceDeployments"] == []


def test_the_same_seed_gives_the_same_deployment() -> None:
    """Ids included; another seed gives another story."""
    logs = []
    for seed in (5, 5, 6):
        made = rollout(CRASH, seed=seed, settings={"breaker": ROLLS_BACK})
        made.world.advance(900)
        logs.append(made.world.log.events)
    assert logs[0] == logs[1] != logs[2]


def test_who_deployed_is_in_cloudtrail_some_minutes_later() -> None:
    """The record names the session, the program, what was asked and the deployment that it began."""
    made = rollout()
    caller = Caller("arn:aws:sts::000000000000:assumed-role/ci/release-7", "terraform/1.9")
    third = deploy(made.world, made.cluster, made.service, caller=caller)
    trail: Any = made.session.client("cloudtrail")
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "UpdateService"}]
    made.world.advance(290)
    assert trail.lookup_events(LookupAttributes=by_name)["Events"] == []
    made.world.advance(20)
    newest, _older = trail.lookup_events(LookupAttributes=by_name)["Events"]
    record = json.loads(newest["CloudTrailEvent"])
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "ci"
    assert (record["userIdentity"]["arn"], record["userAgent"]) == (caller.arn, "terraform/1.9")
    assert record["requestParameters"]["taskDefinition"] == "web:3"
    assert record["responseElements"]["service"]["deployments"][0]["id"] == third.id
    made.session.client("ecs").update_service(cluster="demo", service="web", desiredCount=2)
    made.world.advance(301)
    first = trail.lookup_events(MaxResults=1)
    assert json.loads(first["Events"][0]["CloudTrailEvent"])["requestParameters"]["desiredCount"] == 2
    second = trail.lookup_events(MaxResults=1, NextToken=first["NextToken"])
    assert second["Events"][0]["EventId"] == newest["EventId"]
