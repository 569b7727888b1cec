"""What befalls tasks from one moment until another, and whether a rollback heals it."""

from __future__ import annotations

from typing import Any

import pytest

from lab.drydock.build import add_cluster, add_service, deploy, make_world
from lab.drydock.model import Behaviour, HealthCheck, Service, Task, TaskDefinition
from lab.drydock.troubles import add_trouble, end_trouble
from lab.drydock.world import World
from tests.drydock.deploying import FARGATE, Rollout, rollout

DOWN = Behaviour("exits", after=5, exit_code=3, lines=("cannot reach the database",))


def _failed(world: World) -> list[Task]:
    tasks = [task for cluster in world.clusters.values() for task in cluster.tasks.values()]
    return [task for task in tasks if task.exit_code not in (None, 0)]


def _back(made: Rollout) -> None:
    first = made.world.definitions["web"][1]
    deploy(made.world, made.cluster, made.service, behaviour=first.behaviour)


def _many(count: int) -> tuple[World, list[Service]]:
    world = make_world(seed=1)
    cluster = add_cluster(world, "demo")
    names = [f"svc{number}" for number in range(count)]
    return world, [add_service(world, cluster, TaskDefinition(name), **FARGATE) for name in names]


def test_a_database_that_is_down_takes_many_services_at_once() -> None:
    """All crash at that moment and again and again; when it is back, all stay up."""
    world, services = _many(50)
    add_trouble(world, DOWN, at=60, lasts=600)
    world.advance(59)
    assert _failed(world) == []
    world.advance(60)
    assert {task.service for task in _failed(world)} == {service.name for service in services}
    world.advance(700)
    count = len(_failed(world))
    assert count > 100
    world.advance(1800)
    assert len(_failed(world)) == count
    assert all(service.steady for service in services)


def test_a_trouble_of_some_services_leaves_the_others_alone() -> None:
    world, _services = _many(3)
    add_trouble(world, DOWN, services=["svc1"])
    world.advance(120)
    assert {task.service for task in _failed(world)} == {"svc1"}


def test_one_poison_message_takes_one_task_of_twenty() -> None:
    """Each time the next task that starts; the other nineteen never end. Another revision does not help."""
    made = rollout(settings={"desired_count": 20}, balanced=False)
    made.world.advance(600)
    add_trouble(made.world, Behaviour("exits", after=10), most=1)
    made.world.advance(600)
    crashed = _failed(made.world)
    assert len(crashed) > 5
    running = [task for task in made.cluster.tasks_of(made.service) if task.last_status == "RUNNING"]
    assert len(running) >= 19
    _back(made)
    made.world.advance(900)
    assert any(task.definition.revision == 3 for task in _failed(made.world))


@pytest.mark.parametrize(("revisions", "healed"), [(["web:2"], True), (None, False)])
def test_a_revision_that_goes_bad_later_is_healed_by_another_one(revisions: Any, healed: Any) -> None:
    """A trouble of the revision is gone with it, a trouble of the service is not."""
    made = rollout(balanced=False)
    made.world.advance(600)
    add_trouble(made.world, Behaviour("out-of-memory", after=5), revisions=revisions, at=7200)
    made.world.advance(7190)
    assert _failed(made.world) == []
    made.world.advance(120)
    assert {task.container_reason for task in _failed(made.world)} == {
        "OutOfMemoryError: Container killed due to memory usage"
    }
    _back(made)
    made.world.advance(300)
    before = len(_failed(made.world))
    made.world.advance(600)
    assert (len(_failed(made.world)) == before) is healed


@pytest.mark.parametrize("kind", ["elb-unhealthy", "container-unhealthy"])
def test_health_checks_that_begin_to_fail_and_recover(kind: Any) -> None:
    """Tasks are killed while it lasts; one that waits for its kill when it ends lives on."""
    check = HealthCheck(interval=10) if kind == "container-unhealthy" else None
    made = rollout(health_check=check)
    made.world.advance(600)
    trouble = add_trouble(made.world, Behaviour(kind))
    made.world.advance(300)
    killed = [t for t in made.cluster.tasks.values() if "health checks" in (t.stopped_reason or "")]
    assert killed
    end_trouble(made.world, trouble)
    made.world.advance(900)
    after = [t for t in made.cluster.tasks.values() if "health checks" in (t.stopped_reason or "")]
    assert len(after) - len(killed) <= 1
    assert made.service.steady


def test_a_secret_store_that_is_down_keeps_new_tasks_from_starting_only() -> None:
    made = rollout(balanced=False)
    made.world.advance(600)
    add_trouble(made.world, Behaviour("secret-missing"), lasts=600)
    made.world.advance(300)
    assert [task.last_status for task in made.cluster.tasks_of(made.service)] == ["RUNNING"]
    _back(made)
    made.world.advance(240)
    stopped = [t for t in made.cluster.tasks.values() if t.stop_code == "TaskFailedToStart"]
    assert stopped
    made.world.advance(3600)
    assert made.service.primary.rollout_state == "COMPLETED"


def test_a_crash_ninety_seconds_after_completed() -> None:
    """`after` counts from the container's start: 76 s until COMPLETED, as the old task has to stop, and ninety more."""
    made = rollout(Behaviour("exits", after=166), balanced=False)
    events = made.world.log.events
    made.world.advance(400)
    done = next(e for e in events if e["detail"].get("eventName") == "SERVICE_DEPLOYMENT_COMPLETED")
    (task, *_rest) = _failed(made.world)
    assert task.ended_at is not None
    completed = next(one for one in made.service.history if one.target.definition.revision == 2).finished_at
    assert completed is not None
    assert done["detail"]["deploymentId"] == made.deployment_id
    assert 85 <= (task.ended_at - completed).total_seconds() <= 95
