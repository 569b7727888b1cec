from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.drydock.build import launch_instance
from lab.drydock.ec2_instances import interrupt, recommend_rebalance
from lab.drydock.errors import ScenarioError
from tests.drydock.conftest import make_fleet

if TYPE_CHECKING:
    from tests.drydock.conftest import Fleet


def _states(fleet: Fleet) -> list[tuple[str, str]]:
    events = fleet.events("EC2 Instance State-change Notification")
    return [(event["time"][11:19], event["detail"]["state"]) for event in events]


def test_a_reclaim_warns_and_ends_the_instance_after_two_minutes(fleet: Fleet) -> None:
    """The warning comes first, shutting-down exactly 120 virtual seconds later, then terminated."""
    interrupt(fleet.world, fleet.instances[0].instance_id)
    (warning,) = fleet.events("EC2 Spot Instance Interruption Warning")
    assert warning["detail"] == {
        "instance-id": fleet.instances[0].instance_id,
        "instance-action": "terminate",
    }
    fleet.world.advance(119.9)
    assert _states(fleet) == []
    fleet.world.advance(31)
    assert _states(fleet) == [("09:02:00", "shutting-down"), ("09:02:30", "terminated")]


def test_tasks_left_on_a_reclaimed_instance_stop_with_the_host(fleet: Fleet) -> None:
    """Undrained tasks go down with AWS's reason, without stopCode or exit code, and are replaced afterwards."""
    victims = fleet.cluster.tasks_on(fleet.instances[0])
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(151)
    last = [fleet.details_of(task)[-1] for task in victims]
    assert len(last) == 3
    reason = f"Host EC2 (instance {fleet.instances[0].instance_id}) terminated."
    assert {detail["stoppedReason"] for detail in last} == {reason}
    assert not any("stopCode" in detail or "exitCode" in detail["containers"][0] for detail in last)
    fleet.world.advance(60)
    assert len(fleet.service_tasks_on(1)) + len(fleet.service_tasks_on(2)) == 4


def test_a_reclaimed_instance_is_deregistered(fleet: Fleet) -> None:
    """INACTIVE instances are no longer listed, can be described for an hour, and cannot be drained."""
    arn = fleet.instances[0].arn
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(200)
    assert arn not in fleet.ecs.list_container_instances(cluster="demo")["containerInstanceArns"]
    described = fleet.ecs.describe_container_instances(cluster="demo", containerInstances=[arn])
    assert [(i["status"], i["agentConnected"]) for i in described["containerInstances"]] == [
        ("INACTIVE", False)
    ]
    answer = fleet.ecs.update_container_instances_state(
        cluster="demo", containerInstances=[arn], status="DRAINING"
    )
    assert answer["failures"] == [{"arn": arn, "reason": "INACTIVE"}]
    fleet.world.advance(3600)
    described = fleet.ecs.describe_container_instances(cluster="demo", containerInstances=[arn])
    assert [failure["reason"] for failure in described["failures"]] == ["MISSING"]


def test_a_drain_within_the_notice_loses_no_service_task(fleet: Fleet) -> None:
    """Drained at once, no service task is left for the reclaim to kill."""
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.drain(0)
    fleet.world.advance(300)
    killed = [t for t in fleet.cluster.tasks.values() if (t.stopped_reason or "").startswith("Host EC2")]
    assert killed == [fleet.standalone]


def test_a_stop_keeps_the_registration_with_the_agent_disconnected() -> None:
    """A stopped instance stays ACTIVE in ECS, takes no tasks, and its tasks are gone."""
    fleet = make_fleet()
    interrupt(fleet.world, fleet.instances[0].instance_id, "stop")
    fleet.world.advance(300)
    assert [state for _time, state in _states(fleet)] == ["stopping", "stopped"]
    assert (fleet.instances[0].status, fleet.instances[0].agent_connected) == ("ACTIVE", False)
    assert fleet.cluster.tasks_on(fleet.instances[0]) == []


def test_a_second_warning_does_not_put_the_end_off(fleet: Fleet) -> None:
    """Two warnings for one instance are two events and one end."""
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(60)
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(300)
    assert len(fleet.events("EC2 Spot Instance Interruption Warning")) == 2
    assert _states(fleet) == [("09:02:00", "shutting-down"), ("09:02:30", "terminated")]


def test_hibernation_gives_no_lead_time(fleet: Fleet) -> None:
    interrupt(fleet.world, fleet.instances[0].instance_id, "hibernate")
    fleet.world.advance(0)
    assert _states(fleet) == [("09:00:00", "stopping")]


def test_a_rebalance_recommendation_changes_nothing(fleet: Fleet) -> None:
    recommend_rebalance(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(600)
    assert [event["detail-type"] for event in fleet.world.log.events] == [
        "EC2 Instance Rebalance Recommendation"
    ]


def test_only_running_spot_instances_can_be_reclaimed(fleet: Fleet) -> None:
    with pytest.raises(ScenarioError, match="no instance 'i-none'"):
        interrupt(fleet.world, "i-none")
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(200)
    with pytest.raises(ScenarioError, match="terminated"):
        interrupt(fleet.world, fleet.instances[0].instance_id)


def test_a_launched_instance_registers_and_takes_waiting_tasks() -> None:
    """New capacity is announced by its events and ends a placement failure."""
    fleet = make_fleet(count=1, desired=2)
    fleet.drain(0)
    fleet.world.advance(5)
    machine = launch_instance(fleet.world, fleet.cluster)
    fleet.world.advance(300)
    assert [state for _time, state in _states(fleet)] == ["pending", "running"]
    registered = next(i for i in fleet.cluster.instances.values() if i.instance_id == machine.instance_id)
    assert len(fleet.cluster.tasks_on(registered)) == 2


def test_describe_instances_knows_spot(fleet: Fleet) -> None:
    """EC2 answers with InstanceLifecycle, filters and its own not-found error."""
    found = fleet.ec2.describe_instances(Filters=[{"Name": "instance-lifecycle", "Values": ["spot"]}])
    assert len(found["Reservations"]) == 3
    one = fleet.ec2.describe_instances(InstanceIds=[fleet.instances[1].instance_id])
    assert one["Reservations"][0]["Instances"][0]["InstanceLifecycle"] == "spot"
    with pytest.raises(fleet.ec2.exceptions.ClientError, match=r"InvalidInstanceID\.NotFound"):
        fleet.ec2.describe_instances(InstanceIds=["i-0123456789abcdef0"])
