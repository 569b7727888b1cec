"""Drydock's deployments against two recorded ones: the same events with the same fields in the same order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from lab.drydock import task_life
from lab.drydock.build import add_cluster, make_world
from lab.drydock.model import Behaviour, TaskDefinition
from lab.drydock.placement import Host
from tests.drydock import recorded
from tests.drydock.deploying import BREAKS, Rollout, rollout, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE_AT_A_TIME = {"minimum_healthy_percent": 0, "maximum_percent": 100}
EXIT_99 = Behaviour("exits", after=5.4, exit_code=99)
SEEDS = range(12)


def _success(seed: int) -> Rollout:
    made = rollout(seed=seed, settings={**ONE_AT_A_TIME, "breaker": BREAKS})
    made.world.advance(600)
    return made


def _failure(seed: int) -> Rollout:
    made = rollout(EXIT_99, seed=seed, settings={**ONE_AT_A_TIME, "breaker": BREAKS})
    made.world.advance(1200)
    return made


def _rows(events: Iterable[dict[str, Any]]) -> list[str]:
    return [recorded.row(detail) for detail in events]


def _between(limits: tuple[float, float], value: float) -> bool:
    return limits[0] <= value <= limits[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_deployment_is_one_of_the_recorded_sequences(seed: int) -> None:
    """The old and the new task have row for row the recorded statuses, fields and attachments."""
    made = _success(seed)
    (new,) = made.by_task(made.deployment_id).values()
    (old,) = (events for events in made.by_task().values() if events != new)
    assert _rows(new) in recorded.UP
    assert _rows(old) == recorded.REPLACED
    assert old[0]["stopCode"] == "ServiceSchedulerInitiated"
    assert old[0]["stoppedReason"] == f"Scaling activity initiated by (deployment {old[0]['startedBy']})"
    assert made.said() == [
        (a, b, c, d and d.format(id=made.deployment_id)) for a, b, c, d in recorded.SUCCESS
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_failed_deployment_is_the_recorded_sequence(seed: int) -> None:
    """Four tasks reach RUNNING and exit with 99; FAILED comes while the fourth is under way, then nothing more."""
    made = _failure(seed)
    tasks = list(made.by_task(made.deployment_id).values())
    assert len(tasks) == recorded.CRASHES_IN_ALL
    for events in tasks:
        rows = _rows(events)
        assert rows[:-2] in recorded.UP
        assert rows[-2:] == recorded.EXITED
        stop = events[-1]
        assert (stop["stopCode"], stop["stoppedReason"]) == (
            "EssentialContainerExited",
            "Essential container in task exited",
        )
        assert stop["containers"][0]["exitCode"] == 99
    assert made.said() == [
        (a, b, c, d and d.format(id=made.deployment_id)) for a, b, c, d in recorded.FAILURE
    ]


def test_all_recorded_ways_to_running_occur() -> None:
    """The doubled PENDING and ACTIVATING events are not the exception of one seed."""
    seen = [_rows(events) for seed in SEEDS for events in _ups(_success(seed))]
    assert all(way in seen for way in recorded.UP)


def _ups(made: Rollout) -> Iterable[list[dict[str, Any]]]:
    return made.by_task(made.deployment_id).values()


@pytest.mark.parametrize("make", [_success, _failure])
def test_versions_grow_by_one_and_new_tasks_begin_with_one(make: Any) -> None:
    made: Rollout = make(3)
    for started_by, first in ((made.deployment_id, 1), (None, None)):
        for events in made.by_task(started_by).values():
            versions = [detail["version"] for detail in events]
            assert all(after == before + 1 for before, after in pairwise(versions))
            assert first is None or versions[0] == first


@pytest.mark.parametrize("make", [_success, _failure])
def test_a_stopped_fargate_task_has_exactly_the_recorded_keys(make: Any) -> None:
    """No key more and none less, in the task, its container and its interface."""
    made: Rollout = make(2)
    stopped = [detail for detail in made.details() if detail["lastStatus"] == "STOPPED"]
    assert stopped
    for detail in stopped:
        assert set(detail) == recorded.STOPPED_KEYS
        assert set(detail["containers"][0]) == recorded.STOPPED_CONTAINER_KEYS
        (eni,) = (one for one in detail["attachments"] if one["type"] == "eni")
        assert [one["name"] for one in eni["details"]] == recorded.ENI_DETAILS


def test_times_between_events_are_near_the_recorded_ones() -> None:
    made, failed = _success(1), _failure(1)
    (new,) = made.by_task(made.deployment_id).values()
    completed = next(
        e for e in made.world.log.events if e["detail"].get("eventName") == "SERVICE_DEPLOYMENT_COMPLETED"
    )
    assert seconds(new[-1]["startedAt"], completed["time"]) == pytest.approx(41.2, abs=2)
    assert completed["detail"]["updatedAt"] < completed["time"]
    tasks = list(failed.by_task(failed.deployment_id).values())
    for events in tasks:
        assert _between(
            recorded.EXIT_TO_EVENT, seconds(events[-2]["executionStoppedAt"], events[-2]["updatedAt"])
        )
    for before, after in pairwise(tasks):
        assert _between(recorded.EXIT_TO_NEXT, seconds(before[-2]["updatedAt"], after[0]["createdAt"]))
    end = next(
        e for e in failed.world.log.events if e["detail"].get("eventName") == "SERVICE_DEPLOYMENT_FAILED"
    )
    third = tasks[recorded.CRASHES_UNTIL_FAILED - 1][-1]
    assert _between(recorded.THIRD_STOP_TO_FAILED, seconds(third["stoppedAt"], end["time"]))


def test_the_capacity_provider_chatters_as_recorded() -> None:
    """Four times in the good deployment of each service, twice in the failed one."""
    counts = [
        sum(detail.get("eventName") == "CAPACITY_PROVIDER_STEADY_STATE" for detail in events)
        for events in (made.details("ECS Service Action") for made in (_success(1), _failure(1)))
    ]
    assert counts == [4, 2]


def test_a_standalone_task_without_a_load_balancer_walks_as_recorded() -> None:
    """No ACTIVATING, and a container that ends with 0 is EssentialContainerExited all the same."""
    world = make_world(seed=4)
    cluster = add_cluster(world, "demo")
    job = TaskDefinition("job", behaviour=Behaviour("exits", after=60, exit_code=0))
    task = task_life.start(world, cluster, Host("us-east-1a", "FARGATE"), job)
    world.advance(300)
    events = [e["detail"] for e in world.log.events if e["detail-type"] == "ECS Task State Change"]
    rows = [row for row in _rows(events) if row != "PENDING RUNNING tdr PENDING - ATTACHED"]
    assert rows == recorded.ALONE
    assert (task.stop_code, task.exit_code) == ("EssentialContainerExited", 0)
