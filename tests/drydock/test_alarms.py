"""CloudWatch alarms in drydock: services name them, DescribeAlarms shows them, and nothing follows from them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lab.drydock.alarms import DeploymentAlarms, set_alarm
from lab.drydock.build import add_cluster, add_service, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import session
from lab.drydock.model import TaskDefinition
from lab.drydock.server import Drydock
from lab.drydock.world import World
from tests.drydock.deploying import FARGATE

BOTH = ["MetricAlarm", "CompositeAlarm"]


def client(world: World, service: Any = "cloudwatch") -> Any:
    return session(Endpoint(world)).client(service)


def shown(answer: Any) -> dict[str, str]:
    return {one["AlarmName"]: one["StateValue"] for one in answer["MetricAlarms"] + answer["CompositeAlarms"]}


def test_composite_alarms_are_left_out_unless_they_are_asked_for() -> None:
    """As the model documents it, so that whoever forgets the types is found out here."""
    world = make_world(seed=1)
    set_alarm(world, "web-5xx", "ALARM")
    set_alarm(world, "web-all", "INSUFFICIENT_DATA", composite=True)
    cloudwatch = client(world)
    assert shown(cloudwatch.describe_alarms(AlarmNames=["web-5xx", "web-all"])) == {"web-5xx": "ALARM"}
    both = cloudwatch.describe_alarms(AlarmNames=["web-5xx", "web-all", "none"], AlarmTypes=BOTH)
    assert shown(both) == {"web-5xx": "ALARM", "web-all": "INSUFFICIENT_DATA"}


def test_an_alarm_is_in_its_state_since_it_came_into_it() -> None:
    world = make_world(seed=1)
    set_alarm(world, "web-5xx", "ALARM")
    since = world.now()
    world.advance(60)
    set_alarm(world, "web-5xx", "ALARM")
    (alarm,) = client(world).describe_alarms(AlarmNames=["web-5xx"])["MetricAlarms"]
    assert alarm["StateTransitionedTimestamp"] == since
    set_alarm(world, "web-5xx", "OK")
    (alarm,) = client(world).describe_alarms(AlarmNames=["web-5xx"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateTransitionedTimestamp"]) == ("OK", world.now())


def test_many_alarms_come_in_pages_of_fifty() -> None:
    world = make_world(seed=1)
    names = [f"a{n:03}" for n in range(70)]
    for name in names:
        set_alarm(world, name)
    cloudwatch = client(world)
    first = cloudwatch.describe_alarms(AlarmNames=names)
    rest = cloudwatch.describe_alarms(AlarmNames=names, NextToken=first["NextToken"])
    assert (len(first["MetricAlarms"]), len(rest["MetricAlarms"]), "NextToken" in rest) == (50, 20, False)
    assert len(cloudwatch.describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]) == 70


def test_what_is_not_modelled_is_refused() -> None:
    cloudwatch = client(make_world(seed=1))
    for asked in ({"StateValue": "ALARM"}, {"AlarmNames": [f"a{n}" for n in range(101)]}):
        with pytest.raises(ClientError, match="Validation"):
            cloudwatch.describe_alarms(**asked)


def test_a_service_shows_the_alarms_of_its_deployments_and_an_update_changes_them() -> None:
    world = make_world(seed=1)
    cluster = add_cluster(world, "demo")
    named = DeploymentAlarms(("web-5xx",), enable=True, rollback=True)
    add_service(world, cluster, TaskDefinition("web"), alarms=named, **FARGATE)
    add_service(world, cluster, TaskDefinition("api"), **FARGATE)
    ecs = client(world, "ecs")
    web, api = ecs.describe_services(cluster="demo", services=["web", "api"])["services"]
    asked = {"alarmNames": ["web-5xx"], "enable": True, "rollback": True}
    assert web["deploymentConfiguration"]["alarms"] == asked
    assert "alarms" not in api["deploymentConfiguration"]
    ecs.update_service(cluster="demo", service="api", deploymentConfiguration={"alarms": asked})
    (api,) = ecs.describe_services(cluster="demo", services=["api"])["services"]
    assert api["deploymentConfiguration"]["alarms"] == asked


def test_alarms_are_set_and_read_over_http() -> None:
    with Drydock(port=0, speed=0) as drydock:

        def control(body: Any) -> Any:
            request = urllib.request.Request(  # noqa: S310 - our own server
                f"{drydock.url}/_drydock/alarm", data=json.dumps(body).encode()
            )
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
                return json.load(answer)

        control({"name": "web-5xx", "state": "ALARM"})
        cloudwatch = boto3.client(
            "cloudwatch",
            endpoint_url=drydock.url,
            region_name="us-east-1",
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="test",
        )
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=["web-5xx"], AlarmTypes=BOTH)["MetricAlarms"]
        assert (alarm["StateValue"], alarm["StateUpdatedTimestamp"]) == ("ALARM", drydock.world.now())
        for wrong in ({"name": "web-5xx"}, {"name": "web-5xx", "state": "BROKEN"}):
            with pytest.raises(urllib.error.HTTPError) as caught:
                control(wrong)
            with caught.value as answer:
                assert answer.code == 400
