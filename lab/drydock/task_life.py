"""The life of a task, state by state.

awsvpc: PROVISIONING, PENDING, ACTIVATING, RUNNING, then DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED, as in the
recorded Fargate streams. bridge: PENDING, RUNNING, then STOPPED, with one event in between whose lastStatus is
still RUNNING: a recorded EC2 task had version 2 when RUNNING and 4 when STOPPED; the shape of version 3 is assumed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock.model import STARTING, Task
from lab.drydock.views import task_view

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, TaskDefinition
    from lab.drydock.world import World

UP = {"awsvpc": ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"), "bridge": ("PENDING", "RUNNING")}
DOWN = {"awsvpc": ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"), "bridge": ("RUNNING", "STOPPED")}
# No container exists yet: there is only the network interface to give back.
DOWN_EARLY = {"awsvpc": ("DEPROVISIONING", "STOPPED"), "bridge": ("STOPPED",)}


def start(
    world: World,
    cluster: Cluster,
    instance: ContainerInstance,
    definition: TaskDefinition,
    *,
    service: str | None = None,
    started_by: str | None = None,
) -> Task:
    """Start a task on a container instance; its states follow by themselves."""
    task = _new(world, cluster, instance, definition)
    task.service, task.started_by = service, started_by
    cluster.add(task)
    _walk(world, cluster, task, UP[definition.network_mode])
    return task


def run_at_once(world: World, cluster: Cluster, task: Task) -> None:
    """Bring a starting task to RUNNING without waiting: for worlds that begin with running tasks."""
    _cancel(task)
    states = UP[task.definition.network_mode]
    for state in states[states.index(task.last_status) + 1 :]:
        _enter(world, cluster, task, state)


def stop(world: World, cluster: Cluster, task: Task, *, code: str | None, reason: str) -> None:
    """Ask for a task to stop; a task that stops already is left alone."""
    if task.desired_status == "STOPPED":
        return
    _cancel(task)
    early = task.container_status == "PENDING"
    task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    task.times["stoppingAt"] = world.now()
    _walk(world, cluster, task, (DOWN_EARLY if early else DOWN)[task.definition.network_mode])


def host_gone(world: World, cluster: Cluster, task: Task, reason: str) -> None:
    """Stop a task together with its host: no agent is left that could report containers or exit codes.

    Reports of such tasks show containers that are still RUNNING, no exit code and no stopCode
    (apache/airflow, tests of the ECS operator, `test_host_terminated_raises`); the sequence is an assumption.
    """
    if task.last_status == "STOPPED":
        return
    _cancel(task)
    task.desired_status = "STOPPED"
    if task.stopped_reason is None:
        task.stopped_reason = reason
    task.times.setdefault("stoppingAt", world.now())
    task.times["stoppedAt"] = world.now()
    _set(world, cluster, task, "STOPPED")


def _new(world: World, cluster: Cluster, instance: ContainerInstance, definition: TaskDefinition) -> Task:
    task_id = world.names.hex()
    third, fourth = int(task_id[:2], 16), int(task_id[2:4], 16)
    return Task(
        arn=world.names.ecs(f"task/{cluster.name}/{task_id}"),
        task_id=task_id,
        definition=definition,
        container_instance=instance.arn,
        created_at=world.now(),
        updated_at=world.now(),
        container_arn=world.names.ecs(f"container/{cluster.name}/{task_id}/{world.names.uuid()}"),
        eni_id=world.names.uuid(),
        address=f"10.0.{third}.{fourth}",
    )


def _walk(world: World, cluster: Cluster, task: Task, states: tuple[str, ...]) -> None:
    """Enter the first state now and the others each after the time that the one before it lasts."""
    _enter(world, cluster, task, states[0])
    rest = states[1:]
    if rest:
        task.timer = world.later(_lasts(world, task), partial(_walk, world, cluster, task, rest))


def _lasts(world: World, task: Task) -> float:
    times = world.durations
    if task.definition.network_mode == "bridge":
        return times.bridge_pending if task.desired_status == "RUNNING" else times.bridge_stopping
    return {
        "PROVISIONING": times.provisioning,
        "PENDING": times.pending,
        "ACTIVATING": times.activating,
        "DEACTIVATING": times.deactivating,
        "STOPPING": times.stopping,
        "DEPROVISIONING": times.deprovisioning,
    }[task.last_status]


def _enter(world: World, cluster: Cluster, task: Task, state: str) -> None:
    _containers_follow(world, task, state)
    if state == "RUNNING" and task.desired_status == "RUNNING":
        task.times["startedAt"] = world.now()
    if state == "STOPPED":
        task.times["stoppedAt"] = world.now()
    _set(world, cluster, task, state)


def _containers_follow(world: World, task: Task, state: str) -> None:
    if state in ("ACTIVATING", "RUNNING") and task.container_status == "PENDING":
        task.container_status = "RUNNING"
        task.times |= {"pullStartedAt": task.updated_at, "pullStoppedAt": world.now()}
    if state in ("DEPROVISIONING", "STOPPED") and task.container_status != "STOPPED":
        if task.container_status == "RUNNING":
            task.exit_code = task.definition.exit_code_on_stop
            task.times["executionStoppedAt"] = world.now()
        task.container_status = "STOPPED"


def _set(world: World, cluster: Cluster, task: Task, state: str) -> None:
    task.last_status = state
    task.version += 1
    task.updated_at = world.now()
    if state == "STOPPED":
        cluster.release(task)
    detail = {**task_view(world.names, cluster, task), "updatedAt": task.updated_at}
    world.log.emit("aws.ecs", "ECS Task State Change", [task.arn], detail)
    world.task_changed(cluster, task)


def _cancel(task: Task) -> None:
    if task.timer is not None:
        task.timer.cancel()
        task.timer = None


def is_starting(task: Task) -> bool:
    """Whether a task is on its way to RUNNING."""
    return task.desired_status == "RUNNING" and task.last_status in STARTING


def is_healthy(task: Task) -> bool:
    """Whether a task counts as healthy: RUNNING and meant to run (no load balancer is modelled yet)."""
    return task.desired_status == "RUNNING" and task.last_status == "RUNNING"
