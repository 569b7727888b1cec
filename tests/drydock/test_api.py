from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lab.drydock.api.operation import Operation
from lab.drydock.api.registry import OPERATIONS
from lab.drydock.build import add_instance
from lab.drydock.errors import AnswerInvalidError
from tests.drydock.conftest import make_fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.drydock.api.operation import Params
    from lab.drydock.world import World
    from tests.drydock.conftest import Fleet


def _code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def _always(answer: dict[str, Any], _world: World, _params: Params) -> dict[str, Any]:
    return answer


def _update(fleet: Fleet, names: list[str], status: Any = "DRAINING") -> Any:
    return fleet.ecs.update_container_instances_state(cluster="demo", containerInstances=names, status=status)


def test_eleven_instances_in_one_drain_call_are_refused() -> None:
    """The API's limit is ten; nothing is drained by the refused call."""
    fleet = make_fleet(count=11)
    arns = [instance.arn for instance in fleet.instances]
    assert _code(lambda: _update(fleet, arns)) == "InvalidParameterException"
    assert {instance.status for instance in fleet.instances} == {"ACTIVE"}
    assert len(_update(fleet, arns[:10])["containerInstances"]) == 10


def test_only_active_and_draining_can_be_set(fleet: Fleet) -> None:
    """REGISTERING is a status of the model, but none that a caller may set; an unknown one fails the model."""
    for status in ("REGISTERING", "SLEEPING"):
        call = partial(_update, fleet, [fleet.instances[0].arn], status)
        assert _code(call) == "InvalidParameterException"


def test_a_missing_instance_is_a_partial_failure_of_a_good_answer(fleet: Fleet) -> None:
    """The others are drained all the same, and the failure names the ARN and MISSING."""
    answer = _update(fleet, [fleet.instances[0].arn, "0" * 32])
    assert [instance["status"] for instance in answer["containerInstances"]] == ["DRAINING"]
    (failure,) = answer["failures"]
    assert failure["reason"] == "MISSING"
    assert failure["arn"].endswith("container-instance/demo/" + "0" * 32)


@pytest.mark.parametrize(
    "form", ["ec2InstanceId == {}", "ec2InstanceId=={}", "ec2InstanceId equals {}", "ec2InstanceId in [{}]"]
)
def test_an_instance_is_found_by_its_ec2_id(fleet: Fleet, form: str) -> None:
    """All the forms of the cluster query language that mean the same find the same."""
    wanted = fleet.instances[1]
    answer = fleet.ecs.list_container_instances(cluster="demo", filter=form.format(wanted.instance_id))
    assert answer["containerInstanceArns"] == [wanted.arn]


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("attribute:ecs.availability-zone == us-east-1a", 1),
        ("attribute:ecs.availability-zone != us-east-1a", 2),
        ("agentConnected == true and runningTasksCount >= 3", 1),
        ("runningTasksCount < 3", 2),
        ("ec2InstanceId == i-none", 0),
        ("ec2InstanceId not_in [i-none, i-other]", 3),
    ],
)
def test_filters_compare_what_the_instance_shows(fleet: Fleet, expression: str, count: int) -> None:
    answer = fleet.ecs.list_container_instances(cluster="demo", filter=expression)
    assert len(answer["containerInstanceArns"]) == count


@pytest.mark.parametrize(
    "expression", ["ec2InstanceId =~ i-.*", "what is this", "runningTasksCount > many", "(a == b)"]
)
def test_a_filter_that_is_not_modelled_is_refused(fleet: Fleet, expression: str) -> None:
    """It is never taken for "all" nor for "none"."""
    listing = fleet.ecs.list_container_instances
    assert _code(lambda: listing(cluster="demo", filter=expression)) == "InvalidParameterException"


@pytest.mark.parametrize(("count", "expected"), [(25, [10, 10, 5]), (20, [10, 10]), (9, [9])])
def test_lists_come_in_pages_that_together_are_complete(count: int, expected: list[int]) -> None:
    """Each instance is on exactly one page, the last page promises no other; a foreign token is refused."""
    fleet = make_fleet(count=count)
    pages = fleet.ecs.get_paginator("list_container_instances").paginate(
        cluster="demo", PaginationConfig={"PageSize": 10}
    )
    sizes = [page["containerInstanceArns"] for page in pages]
    assert [len(page) for page in sizes] == expected
    assert {arn for page in sizes for arn in page} == {instance.arn for instance in fleet.instances}
    listing = fleet.ecs.list_container_instances
    assert _code(lambda: listing(cluster="demo", nextToken="forged")) == "InvalidParameterException"


def test_status_filters_the_list(fleet: Fleet) -> None:
    fleet.drain(2)
    listing = fleet.ecs.list_container_instances
    assert listing(cluster="demo", status="DRAINING")["containerInstanceArns"] == [fleet.instances[2].arn]
    assert len(listing(cluster="demo")["containerInstanceArns"]) == 3


def test_tags_come_only_when_asked_for(fleet: Fleet) -> None:
    """`include` decides, as on AWS; ListTagsForResource answers always."""
    tags = [{"key": "dockwarden:mode", "value": "enforce"}]
    assert fleet.ecs.describe_clusters(clusters=["demo"])["clusters"][0]["tags"] == []
    assert fleet.ecs.describe_clusters(clusters=["demo"], include=["TAGS"])["clusters"][0]["tags"] == tags
    assert fleet.ecs.list_tags_for_resource(resourceArn=fleet.cluster.arn)["tags"] == tags


def test_an_unknown_cluster_is_an_error_and_a_missing_one_a_failure(fleet: Fleet) -> None:
    assert _code(lambda: fleet.ecs.list_services(cluster="other")) == "ClusterNotFoundException"
    assert _code(fleet.ecs.list_tasks) == "ClusterNotFoundException"
    assert fleet.ecs.describe_clusters(clusters=["other"])["failures"][0]["reason"] == "MISSING"


def test_tasks_are_listed_by_service_instance_and_family(fleet: Fleet) -> None:
    listing = fleet.ecs.list_tasks
    assert len(listing(cluster="demo", serviceName="web")["taskArns"]) == 4
    assert listing(cluster="demo", family="report")["taskArns"] == [fleet.standalone.arn]
    assert len(listing(cluster="demo", containerInstance=fleet.instances[0].arn)["taskArns"]) == 3
    assert listing(cluster="demo", desiredStatus="STOPPED")["taskArns"] == []
    assert _code(lambda: listing(cluster="demo", serviceName="none")) == "ServiceNotFoundException"


@pytest.mark.parametrize(
    ("name", "member", "limit"),
    [
        ("describe_services", "services", 10),
        ("describe_tasks", "tasks", 100),
        ("describe_container_instances", "containerInstances", 100),
    ],
)
def test_describe_calls_have_their_limits(fleet: Fleet, name: str, member: str, limit: int) -> None:
    """One more than the documented limit is an error, the limit itself is not."""
    call = getattr(fleet.ecs, name)
    assert len(call(cluster="demo", **{member: ["x"] * limit})["failures"]) == limit
    assert _code(lambda: call(cluster="demo", **{member: ["x"] * (limit + 1)})) == "InvalidParameterException"


def test_an_operation_that_is_not_modelled_says_so(fleet: Fleet) -> None:
    """Nobody may take drydock's silence for AWS's behaviour."""
    with pytest.raises(ClientError, match="drydock does not model ecs RunTask") as caught:
        fleet.ecs.run_task(taskDefinition="web")
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("autoscaling", "describe_auto_scaling_groups"),
        ("elbv2", "describe_target_groups"),
        ("inspector2", "list_coverage"),
        ("ecr", "describe_repositories"),
    ],
)
def test_every_protocol_gets_its_error(fleet: Fleet, service: Any, operation: str) -> None:
    client: Any = fleet.session.client(service)
    assert _code(getattr(client, operation)) == "UnknownOperationException"


def test_an_answer_that_does_not_fit_the_model_is_caught(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drydock cannot drift from the API's shapes: unknown members, wrong types and wrong enums are own bugs."""
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"clusterArns": ["a"], "clusters": 3}, "clusters"),
        ({"clusterArns": "a"}, "clusterArns"),
        ({"clusterArns": [1]}, "clusterArns"),
    ]
    for answer, word in wrong:
        monkeypatch.setitem(OPERATIONS["ecs"], "ListClusters", Operation(partial(_always, answer)))
        with pytest.raises(AnswerInvalidError, match=word):
            fleet.ecs.list_clusters()
    assert len(fleet.endpoint.violations) == 3
    tag = {"services": [{"launchType": "STEAM"}]}
    monkeypatch.setitem(OPERATIONS["ecs"], "DescribeServices", Operation(lambda _w, _p: tag))
    with pytest.raises(AssertionError, match="STEAM"):
        fleet.ecs.describe_services(cluster="demo", services=["web"])


def test_a_request_that_does_not_fit_the_model_is_refused(fleet: Fleet) -> None:
    """Even when the caller's own validation is off: unknown members, wrong types, missing ones."""
    client = fleet.session.client("ecs")
    client.meta.events.register("before-call.ecs", _spoil)
    for body in (b'{"cluster": "demo", "what": 1}', b'{"cluster": 5}', b"[]", b"{", b'{"status": "ASLEEP"}'):
        SPOILED["body"] = body
        assert _code(lambda: client.list_container_instances(cluster="demo")) in {
            "InvalidParameterException",
            "SerializationException",
        }


SPOILED: dict[str, bytes] = {}


def _spoil(params: dict[str, Any], **_context: Any) -> None:
    params["body"] = SPOILED["body"]


def test_instances_added_later_are_found(fleet: Fleet) -> None:
    added = add_instance(fleet.world, fleet.cluster, instance_id="i-0123456789abcdef0")
    answer = fleet.ecs.list_container_instances(cluster="demo", filter="ec2InstanceId == i-0123456789abcdef0")
    assert answer["containerInstanceArns"] == [added.arn]
