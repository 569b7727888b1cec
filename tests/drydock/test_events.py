from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from lab.drydock.ec2_instances import interrupt
from tests.drydock import samples
from tests.drydock.conftest import make_fleet

if TYPE_CHECKING:
    from tests.drydock.conftest import Fleet

WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TRIMMED_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z")


def _story(fleet: Fleet) -> list[dict[str, Any]]:
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(1.23)
    fleet.drain(0)
    fleet.world.advance(400)
    return fleet.world.log.events


def _statuses(fleet: Fleet, arn: str) -> list[tuple[str, str]]:
    task = fleet.cluster.tasks[arn]
    pairs = [(detail["lastStatus"], detail["desiredStatus"]) for detail in fleet.details_of(task)]
    return [pair for pair, _same in groupby(pairs)]


def test_every_envelope_has_the_keys_that_aws_sends(fleet: Fleet) -> None:
    """Nine keys, whole seconds in `time`, and an ARN for the subject."""
    for event in _story(fleet):
        assert set(event) == samples.ENVELOPE
        assert WHOLE_SECONDS.fullmatch(event["time"])
        assert event["resources"][0].startswith("arn:aws:")
        assert (event["account"], event["region"]) == ("000000000000", "us-east-1")


def test_ids_are_unique_and_times_do_not_go_back(fleet: Fleet) -> None:
    events = _story(fleet)
    assert len({event["id"] for event in events}) == len(events)
    assert all(first["time"] <= second["time"] for first, second in pairwise(events))


def test_times_in_the_detail_are_trimmed_as_in_recorded_events(fleet: Fleet) -> None:
    for event in _story(fleet):
        for key, value in event["detail"].items():
            if key.endswith("At"):
                assert TRIMMED_MILLISECONDS.fullmatch(value), (key, value)


def test_container_instance_events_have_the_documented_keys(fleet: Fleet) -> None:
    """All keys of AWS's sample, and none that the schema registry does not know."""
    _story(fleet)
    for event in fleet.events("ECS Container Instance State Change"):
        assert (
            samples.CONTAINER_INSTANCE_DOCUMENTED <= set(event["detail"]) <= samples.CONTAINER_INSTANCE_SCHEMA
        )


def test_the_version_of_a_container_instance_grows_by_one_with_each_event(fleet: Fleet) -> None:
    _story(fleet)
    versions = defaultdict(list)
    for event in fleet.events("ECS Container Instance State Change"):
        versions[event["detail"]["containerInstanceArn"]].append(event["detail"]["version"])
    assert len(versions) == 3
    for seen in versions.values():
        assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_a_reclaimed_instance_goes_from_draining_over_disconnected_to_inactive(fleet: Fleet) -> None:
    _story(fleet)
    details = [e["detail"] for e in fleet.events("ECS Container Instance State Change")]
    own = [
        (d["status"], d["agentConnected"])
        for d in details
        if d["ec2InstanceId"] == fleet.instances[0].instance_id
    ]
    assert own[0] == ("DRAINING", True)
    assert own[-3:-1] == [
        ("DRAINING", False),
        ("DRAINING", False),
    ]  # agent gone, then the standalone task's end
    assert own[-1] == ("INACTIVE", False)


def test_a_replaced_task_walks_through_the_recorded_states(fleet: Fleet) -> None:
    """The status pairs of both halves equal those of recorded tasks without a load balancer, doubled ones merged."""
    old = [task.arn for task in fleet.service_tasks_on(0)]
    before = set(fleet.cluster.tasks)
    _story(fleet)
    new = set(fleet.cluster.tasks) - before
    assert len(old) == len(new) == 2
    assert all(_statuses(fleet, arn) == samples.STOPPING for arn in old)
    assert all(_statuses(fleet, arn) == samples.STARTING for arn in new)


def test_task_versions_grow_by_one(fleet: Fleet) -> None:
    _story(fleet)
    for task in fleet.cluster.tasks.values():
        versions = [detail["version"] for detail in fleet.details_of(task)]
        assert all(second == first + 1 for first, second in pairwise(versions))


def test_exit_code_and_stop_times_appear_when_aws_shows_them(fleet: Fleet) -> None:
    """`stopCode` and `stoppingAt` from the request on, `exitCode` and `executionStoppedAt` from DEPROVISIONING on."""
    task = fleet.service_tasks_on(0)[0]
    _story(fleet)
    by_status = {detail["lastStatus"]: detail for detail in fleet.details_of(task)}
    assert {"stopCode", "stoppedReason", "stoppingAt"} <= set(by_status["STOPPING"])
    assert "executionStoppedAt" not in by_status["STOPPING"]
    assert "exitCode" not in by_status["STOPPING"]["containers"][0]
    assert by_status["DEPROVISIONING"]["containers"][0]["exitCode"] == 0
    assert "stoppedAt" not in by_status["DEPROVISIONING"]
    assert "stoppedAt" in by_status["STOPPED"]


def test_a_bridge_task_on_ec2_has_the_recorded_keys_and_versions() -> None:
    """Version 2 when RUNNING and version 4 when STOPPED, with exactly the keys of the recorded events."""
    fleet = make_fleet(network_mode="bridge")
    old = fleet.service_tasks_on(0)[0]
    before = set(fleet.cluster.tasks)
    _story(fleet)
    new = fleet.cluster.tasks[(set(fleet.cluster.tasks) - before).pop()]
    running, stopped = fleet.details_of(new)[-1], fleet.details_of(old)[-1]
    assert (running["version"], stopped["version"]) == (2, 4)
    assert set(running) == samples.EC2_TASK_RUNNING
    assert set(stopped) == samples.EC2_TASK_STOPPED


def test_the_stop_reason_of_a_replaced_task_names_the_deployment(fleet: Fleet) -> None:
    task = fleet.service_tasks_on(0)[0]
    _story(fleet)
    detail = fleet.details_of(task)[-1]
    assert detail["stoppedReason"] == f"Scaling activity initiated by (deployment {detail['startedBy']})"


def test_the_service_says_once_that_it_is_steady_again(fleet: Fleet) -> None:
    _story(fleet)
    names = [event["detail"]["eventName"] for event in fleet.events("ECS Service Action")]
    assert names == ["SERVICE_STEADY_STATE"]


def test_the_same_seed_gives_the_same_event_log() -> None:
    """Two runs are equal to the last id; another seed gives other ids."""
    assert _story(make_fleet(seed=3)) == _story(make_fleet(seed=3))
    assert _story(make_fleet(seed=3))[0]["id"] != _story(make_fleet(seed=4))[0]["id"]


def test_a_sink_may_call_the_api_and_gets_events_in_order(fleet: Fleet) -> None:
    """Handlers that act on an event see what they caused after what caused it: the loop is closed."""
    seen: list[str] = []

    def react(event: dict[str, Any]) -> None:
        if event["detail-type"] == "EC2 Spot Instance Interruption Warning":
            fleet.drain(0)

    fleet.world.log.subscribe(react)
    fleet.world.log.subscribe(lambda event: seen.append(event["id"]))
    interrupt(fleet.world, fleet.instances[0].instance_id)
    assert fleet.instances[0].status == "DRAINING"
    fleet.world.advance(300)
    assert seen == [event["id"] for event in fleet.world.log.events]


def test_a_world_begins_in_silence(fleet: Fleet) -> None:
    """What exists from the beginning was not announced, and stays quiet while nothing happens."""
    fleet.world.advance(3600)
    assert fleet.world.log.events == []
