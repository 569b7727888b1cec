"""The life of a task, state by state; task_states.py says which states and why."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import images, task_states
from lab.drydock.model import STARTING, Task
from lab.drydock.task_definition import CANNOT_START
from lab.drydock.task_view import task_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lab.drydock.model import Cluster, Deployment, Service, TaskDefinition
    from lab.drydock.placement import Host
    from lab.drydock.task_states import State
    from lab.drydock.world import World

SCHEDULER = "ServiceSchedulerInitiated"
ESSENTIAL = "Essential container in task exited"


def start(
    world: World,
    cluster: Cluster,
    host: Host,
    definition: TaskDefinition,
    *,
    service: Service | None = None,
    deployment: Deployment | None = None,
) -> Task:
    """Start a task on a host, for a service as part of a deployment (its primary one); its states follow."""
    task = _new(world, cluster, host, definition)
    task.digest = images.resolve(world, definition)
    if service is not None:
        own = deployment or service.primary
        task.service, task.started_by = service.name, own.id
        task.target_group = service.target_group
        if definition.version_consistency == "enabled":
            task.digest = own.revision.digest
    world.choose_behaviour(task)
    cluster.add(task)
    _walk(world, cluster, task, task_states.up(task, world.durations))
    return task


def run_at_once(world: World, cluster: Cluster, task: Task) -> None:
    """Bring a starting task to RUNNING without waiting: for worlds that begin with running tasks."""
    _cancel(task)
    states = [name for name, _lasts in task_states.up(task, world.durations)]
    for state in states[states.index(task.last_status) + 1 :]:
        _enter(world, cluster, task, state)
    task.aged = True
    if task.definition.health_check is not None:
        task.health_status = "HEALTHY"
    if task.target is not None:
        task.target.state, task.target.reason, task.target.description = "healthy", None, None


def stop(world: World, cluster: Cluster, task: Task, *, code: str | None, reason: str) -> None:
    """Ask for a task to stop; a task that stops already is left alone."""
    if task.desired_status == "STOPPED":
        return
    _begin_stop(world, task, code, reason)
    _walk(world, cluster, task, task_states.down(task, world.durations))


def exited(world: World, cluster: Cluster, task: Task, exit_code: int, reason: str | None) -> None:
    """Note that the essential container has ended by itself, and stop the task."""
    if task.desired_status == "STOPPED":
        return
    _begin_stop(world, task, "EssentialContainerExited", ESSENTIAL)
    task.exit_code, task.container_reason = exit_code, reason
    task.container_status = "STOPPED"
    task.times["executionStoppedAt"] = task.ended_at or world.now()
    _walk(world, cluster, task, task_states.after_exit(task, world.durations))


def failed_to_start(
    world: World, cluster: Cluster, task: Task, reason: str, container_reason: str | None
) -> None:
    """Give a task up before its container ran: it has no exit code, not even 0."""
    if task.desired_status == "STOPPED":
        return
    task.container_reason = container_reason
    stop(world, cluster, task, code="TaskFailedToStart", reason=reason)


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
    changed(world, cluster, task, "STOPPED")


def _begin_stop(world: World, task: Task, code: str | None, reason: str) -> None:
    _cancel(task)
    task.bare = False
    task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    task.times["stoppingAt"] = world.now()


def _new(world: World, cluster: Cluster, host: Host, definition: TaskDefinition) -> Task:
    task_id = world.names.hex()
    third, fourth = int(task_id[:2], 16), int(task_id[2:4], 16)
    task = Task(
        arn=world.names.ecs(f"task/{cluster.name}/{task_id}"),
        task_id=task_id,
        definition=definition,
        container_instance=host.container_instance,
        zone=host.zone,
        launch_type=host.launch_type,
        capacity_provider=host.capacity_provider,
        created_at=world.now(),
        updated_at=world.now(),
        container_arn=world.names.ecs(f"container/{cluster.name}/{task_id}/{world.names.uuid()}"),
        eni_id=world.names.uuid(),
        elb_id=world.names.uuid(),
        address=f"10.0.{third}.{fourth}",
    )
    task.health_status = "UNKNOWN" if definition.health_check else None
    return task


def _walk(world: World, cluster: Cluster, task: Task, states: Sequence[State]) -> None:
    """Enter the first state now and the others each after the time that the one before it lasts."""
    (state, lasts), rest = states[0], states[1:]
    _enter(world, cluster, task, state)
    going_up = task.desired_status == "RUNNING"
    if going_up and state == "PENDING" and task.behaviour.kind in CANNOT_START:
        return  # behaviours.py ends this task
    if rest:
        task.timer = world.later(lasts, partial(_walk, world, cluster, task, rest))


def _enter(world: World, cluster: Cluster, task: Task, state: str) -> None:
    task.bare = state == task_states.BARE
    state = "ACTIVATING" if task.bare else state
    _containers_follow(world, task, state)
    if state == "RUNNING" and task.desired_status == "RUNNING":
        task.times["startedAt"] = world.now()
        task.elb_status = "ATTACHED"
    if state in ("RUNNING", "ACTIVATING") or task.launch_type == "EC2":
        _connect(world, task, state)
    if state in ("STOPPING", "STOPPED"):
        task.elb_status = "DELETED"
    if state == "STOPPED":
        task.times["stoppedAt"] = world.now()
    changed(world, cluster, task, state)


def _connect(world: World, task: Task, state: str) -> None:
    """Show the agent's connection: on EC2 from the start, on Fargate with RUNNING or the bare ACTIVATING."""
    if "connectivityAt" in task.times:
        return
    if task.launch_type == "EC2":
        task.times["connectivityAt"] = task.created_at
    elif state == "RUNNING" or task.bare:
        at = task.created_at + timedelta(seconds=world.durations.connecting)
        task.times["connectivityAt"] = min(at, world.now())


def _containers_follow(world: World, task: Task, state: str) -> None:
    now = world.now()
    if state == "PENDING" and task.last_status == "PENDING":
        task.pulled = True  # recorded: the second PENDING event knows digest and runtime id
    if state in ("ACTIVATING", "RUNNING") and task.container_status == "PENDING":
        task.container_status, task.pulled = "RUNNING", True
        began = max(task.updated_at, now - timedelta(seconds=1.7))
        task.times |= {"pullStartedAt": began, "pullStoppedAt": max(began, now - timedelta(seconds=0.5))}
    if state in ("DEPROVISIONING", "STOPPED") and task.container_status != "STOPPED":
        if task.container_status == "RUNNING":
            task.exit_code = task.definition.exit_code_on_stop
            task.times["executionStoppedAt"] = _execution_stopped(world, task)
        task.container_status = "STOPPED"


def _execution_stopped(world: World, task: Task) -> datetime:
    """Recorded on Fargate: 10 s before the event that reports it; on EC2 at once."""
    if task.launch_type == "EC2":
        return world.now()
    return max(world.now() - timedelta(seconds=world.durations.fargate_exit_report), task.times["stoppingAt"])


def changed(world: World, cluster: Cluster, task: Task, state: str | None = None) -> None:
    """Count the version up, emit the task's event and tell those who follow it."""
    task.last_status = state or task.last_status
    task.version += 1
    task.updated_at = world.now()
    if task.last_status == "STOPPED":
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


def is_running(task: Task) -> bool:
    """Whether a task is RUNNING and meant to run, healthy or not."""
    return task.desired_status == "RUNNING" and task.last_status == "RUNNING"


def has_checks(task: Task) -> bool:
    """Whether a health check of its container or of a load balancer says how a task is."""
    return task.health_status is not None or task.target_group is not None


def is_healthy(task: Task) -> bool:
    """Whether a running task counts as healthy: by its health checks, or without any after 40 s of RUNNING.

    Source: botocore model, `DeploymentConfiguration.minimumHealthyPercent`.
    """
    if not has_checks(task):
        return is_running(task) and task.aged
    checked = task.health_status in (None, "HEALTHY")
    target = task.target_group is None or (task.target is not None and task.target.state == "healthy")
    return is_running(task) and checked and target
