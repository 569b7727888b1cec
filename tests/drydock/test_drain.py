from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.drydock.ec2_instances import interrupt
from tests.drydock.conftest import make_fleet

if TYPE_CHECKING:
    from tests.drydock.conftest import Fleet


def test_a_drain_moves_the_service_tasks_and_leaves_the_standalone_one(fleet: Fleet) -> None:
    """A drained instance keeps only what no service owns, and the service keeps its desired count."""
    before = [task.arn for task in fleet.service_tasks_on(0)]
    fleet.drain(0)
    fleet.world.advance(110)
    assert before
    assert fleet.service_tasks_on(0) == []
    assert fleet.cluster.tasks_on(fleet.instances[0]) == [fleet.standalone]
    answer = fleet.ecs.describe_services(cluster="demo", services=["web"])["services"][0]
    assert (answer["runningCount"], answer["pendingCount"]) == (4, 0)
    stopped = fleet.ecs.describe_tasks(cluster="demo", tasks=before)["tasks"]
    assert {task["stopCode"] for task in stopped} == {"ServiceSchedulerInitiated"}


def test_with_minimum_100_a_task_stops_only_after_its_replacement_runs(fleet: Fleet) -> None:
    """The service never has fewer healthy tasks than minimumHealthyPercent allows."""
    fleet.drain(0)
    for _ in range(120):
        fleet.world.advance(1)
        running = fleet.ecs.describe_services(cluster="demo", services=["web"])["services"][0]["runningCount"]
        assert running >= 4


def test_with_minimum_50_half_of_the_tasks_stop_before_others_start() -> None:
    """Below 100 percent the scheduler may ignore the desired count while it replaces."""
    fleet = make_fleet(count=2, desired=4, minimum_healthy_percent=50, maximum_percent=100)
    fleet.drain(0)
    fleet.world.advance(2)
    answer = fleet.ecs.describe_services(cluster="demo", services=["web"])["services"][0]
    assert answer["runningCount"] == 2
    fleet.world.advance(200)
    assert fleet.service_tasks_on(0) == []
    assert len(fleet.service_tasks_on(1)) == 4


def test_with_minimum_and_maximum_100_a_drain_is_stuck() -> None:
    """Neither may a task start nor may one stop, so nothing moves."""
    fleet = make_fleet(minimum_healthy_percent=100, maximum_percent=100)
    before = fleet.service_tasks_on(0)
    fleet.drain(0)
    fleet.world.advance(600)
    assert before
    assert fleet.service_tasks_on(0) == before


def test_a_starting_service_task_on_a_draining_instance_stops_at_once() -> None:
    """PENDING tasks of a service do not wait for a replacement."""
    fleet = make_fleet(count=2, desired=2)
    fleet.drain(0)
    fleet.world.advance(3)
    starting = next(t for t in fleet.cluster.tasks.values() if t.last_status == "PROVISIONING")
    where = next(i for i, one in enumerate(fleet.instances) if one.arn == starting.container_instance)
    fleet.drain(where)
    assert starting.desired_status == "STOPPED"
    fleet.world.advance(100)
    states = [detail["lastStatus"] for detail in fleet.details_of(starting)]
    assert states == ["PROVISIONING", "DEPROVISIONING", "STOPPED"]
    assert starting.exit_code is None


def test_a_draining_instance_gets_no_new_task_until_it_is_active_again(fleet: Fleet) -> None:
    """With every instance draining there is no room, which ECS says; ACTIVE again takes the tasks back."""
    fleet.drain(0, 1, 2)
    fleet.world.advance(40)
    failures = [e for e in fleet.events("ECS Service Action") if e["detail"]["eventType"] == "ERROR"]
    assert failures[0]["detail"]["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE"
    assert len(failures) == 2
    fleet.ecs.update_container_instances_state(
        cluster="demo", containerInstances=[fleet.instances[1].arn], status="ACTIVE"
    )
    fleet.world.advance(300)
    assert len(fleet.service_tasks_on(1)) == 4


def test_draining_twice_changes_nothing_the_second_time(fleet: Fleet) -> None:
    """A second call succeeds, but neither counts the version up nor emits an event."""
    fleet.drain(0)
    version, events = fleet.instances[0].version, len(fleet.world.log.events)
    fleet.drain(0)
    assert (fleet.instances[0].version, len(fleet.world.log.events)) == (version, events)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_every_service_survives_the_drain_of_one_of_its_instances(count: int) -> None:
    """Whatever the desired count, the tasks end up elsewhere and their number is right."""
    fleet = make_fleet(desired=count)
    fleet.drain(0)
    fleet.world.advance(300)
    assert fleet.service_tasks_on(0) == []
    assert len(fleet.service_tasks_on(1)) + len(fleet.service_tasks_on(2)) == count


def test_a_cluster_counts_draining_hosts_among_its_registered_ones_and_lists_them_by_status(
    fleet: Fleet,
) -> None:
    """The botocore model: the count includes ACTIVE and DRAINING; one that is gone is in neither."""
    fleet.drain(0, 1)
    counted = fleet.ecs.describe_clusters(clusters=["demo"])["clusters"][0]
    assert (counted["registeredContainerInstancesCount"], counted["activeServicesCount"]) == (3, 1)
    pages = fleet.ecs.get_paginator("list_container_instances").paginate(
        cluster="demo", status="DRAINING", PaginationConfig={"PageSize": 1}
    )
    drained = [arn for page in pages for arn in page["containerInstanceArns"]]
    assert sorted(drained) == sorted(instance.arn for instance in fleet.instances[:2])
    interrupt(fleet.world, fleet.instances[0].instance_id)
    fleet.world.advance(600)
    counted = fleet.ecs.describe_clusters(clusters=["demo"])["clusters"][0]
    assert counted["registeredContainerInstancesCount"] == 2


def test_a_drained_instance_that_is_set_active_again_says_so_once(fleet: Fleet) -> None:
    """ACTIVE is answered like DRAINING: the instance with its new status, one event, and no error the second time."""
    fleet.drain(0)
    before = len(fleet.events("ECS Container Instance State Change"))
    for _ in range(2):
        answer = fleet.ecs.update_container_instances_state(
            cluster="demo", containerInstances=[fleet.instances[0].arn], status="ACTIVE"
        )
        assert [found["status"] for found in answer["containerInstances"]] == ["ACTIVE"]
    (event,) = fleet.events("ECS Container Instance State Change")[before:]
    assert event["detail"]["status"] == "ACTIVE"
