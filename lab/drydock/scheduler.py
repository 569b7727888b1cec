"""The service scheduler: keeps the desired number of tasks, rolls out deployments, empties draining instances.

Source: developer guide "Draining Amazon ECS container instances" and "rolling update", and the botocore model of
`UpdateContainerInstancesState`: PENDING tasks of a service stop at once, RUNNING ones are replaced within
minimumHealthyPercent (rounded up) and maximumPercent (rounded down), standalone tasks are not touched.
"""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import (
    circuit_breaker,
    container_instances,
    deployments,
    rollbacks,
    stages,
    task_life,
    throttle,
)
from lab.drydock.service_events import capacity_steady, steady_state
from lab.drydock.service_tasks import start_tasks, stop_task

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Service, Task
    from lab.drydock.world import World


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Look at the service of a task whose state changed; one that ended by itself is replaced less promptly."""
    if task.service is None:
        return
    ended = task.stop_code == "EssentialContainerExited" and task.last_status != "STOPPED"
    wake(world, cluster, cluster.services[task.service], world.durations.replacing if ended else None)


def wake(world: World, cluster: Cluster, service: Service, after: float | None = None) -> None:
    """Look at a service soon; several reasons to look within that time are one look, at the earliest."""
    delay = world.durations.scheduler if after is None else after
    if service.wake is not None:
        if service.wake.due <= world.now() + timedelta(seconds=delay):
            return
        service.wake.cancel()

    def look() -> None:
        service.wake = None
        reconcile(world, cluster, service)

    service.wake = world.later(delay, look)


def drain(world: World, cluster: Cluster, instance: ContainerInstance) -> None:
    """Set an instance to DRAINING: its starting service tasks stop at once, its running ones are replaced."""
    container_instances.set_status(world, cluster, instance, "DRAINING")
    for task in cluster.tasks_on(instance):
        if task.service is not None and task_life.is_starting(task):
            stop_task(world, cluster, cluster.services[task.service], task)
    wake_all(world, cluster)


def reopen(world: World, cluster: Cluster, instance: ContainerInstance) -> None:
    """Set an instance back to ACTIVE, so that it takes tasks again."""
    container_instances.set_status(world, cluster, instance, "ACTIVE")
    wake_all(world, cluster)


def wake_all(world: World, cluster: Cluster) -> None:
    """Look at every service of a cluster, because its capacity changed."""
    for service in cluster.services.values():
        if service.wake is not None:
            service.wake.cancel()
            service.wake = None
        service.retry_at = None
        wake(world, cluster, service)


def reconcile(world: World, cluster: Cluster, service: Service) -> None:
    """Start and stop what brings a service nearer to its desired count, or to its newest deployment."""
    if stages.leads(service):
        _keep_each(world, cluster, service)
    elif service.primary.begun:
        _replace(world, cluster, service)
    else:
        return
    rollbacks.note_emptied(world, cluster, service)
    _maybe_steady(world, cluster, service)


def _replace(world: World, cluster: Cluster, service: Service) -> None:
    wanted = [task for task in cluster.tasks_of(service) if task.desired_status == "RUNNING"]
    leaving = [task for task in wanted if _has_to_go(cluster, service, task)]
    staying = [task for task in wanted if not _has_to_go(cluster, service, task)]
    if service.primary.rollout_state != "FAILED":
        _start_missing(world, cluster, service, wanted=len(wanted), staying=len(staying))
        _stop_surplus(world, cluster, service, leaving, staying)


def _has_to_go(cluster: Cluster, service: Service, task: Task) -> bool:
    return task.started_by != service.deployment_id or _on_draining(cluster, task)


def _on_draining(cluster: Cluster, task: Task) -> bool:
    host = task.container_instance
    return host is not None and cluster.instances[host].status != "ACTIVE"


def _start_missing(world: World, cluster: Cluster, service: Service, *, wanted: int, staying: int) -> None:
    room = math.floor(service.desired_count * service.maximum_percent / 100) - wanted
    start_tasks(world, cluster, service, service.primary, min(service.desired_count - staying, room))


def _keep_each(world: World, cluster: Cluster, service: Service) -> None:
    """Give each deployment of a service with stages its own tasks: all that are desired, or none.

    Replacements on a draining instance come first; minimumHealthyPercent and maximumPercent do not count here.
    """
    stages.look(world, cluster, service)
    for one in list(service.deployments):
        target = service.desired_count if one.kept else 0
        own = [task for task in cluster.tasks_of(service) if task.started_by == one.id]
        own = [task for task in own if task.desired_status == "RUNNING"]
        staying = [task for task in own if not _on_draining(cluster, task)]
        if one.rollout_state != "FAILED":
            start_tasks(world, cluster, service, one, target - len(staying))
        enough = sum(map(task_life.is_healthy, staying)) >= target
        leaving = [task for task in own if task not in staying] if enough else []
        for task in leaving + staying[target:]:
            stop_task(world, cluster, service, task)


def _stop_surplus(
    world: World, cluster: Cluster, service: Service, leaving: list[Task], staying: list[Task]
) -> None:
    """Stop what is too much: of what is healthy only so many that the minimum stays."""
    floor = math.ceil(service.desired_count * service.minimum_healthy_percent / 100)
    spare = sum(map(task_life.is_healthy, leaving + staying)) - floor
    useless = [task for task in leaving if _is_useless(service, task)]
    healthy = [task for task in leaving + staying[service.desired_count :] if task not in useless]
    for task in useless + healthy[: max(spare, 0)]:
        stop_task(world, cluster, service, task)


def _is_useless(service: Service, task: Task) -> bool:
    """Whether a task of an older deployment is not healthy, so that it keeps nothing up by staying."""
    return task.started_by != service.deployment_id and not task_life.is_healthy(task)


def _maybe_steady(world: World, cluster: Cluster, service: Service) -> None:
    tasks = cluster.tasks_of(service)
    if not _is_settled(cluster, service, tasks):
        service.steady = False
        return
    left = _seconds_to_steady(world, tasks)
    if service.steady or left > 0:
        if not service.steady:
            wake(world, cluster, service, left)
        return
    service.steady = True
    capacity_steady(world, cluster, service)
    steady_state(world, cluster, service)
    deployments.complete(world, cluster, service)


def _is_settled(cluster: Cluster, service: Service, tasks: list[Task]) -> bool:
    if service.primary.rollout_state == "FAILED" or len(tasks) != service.desired_count:
        return False
    return all(task_life.is_healthy(task) and not _has_to_go(cluster, service, task) for task in tasks)


def _seconds_to_steady(world: World, tasks: list[Task]) -> float:
    """Recorded deployments are steady, and completed, once their youngest task has been RUNNING for 40 s."""
    if not tasks:
        return 0.0
    youngest = max(task.times["startedAt"] for task in tasks)
    return (youngest - world.now()).total_seconds() + world.durations.steady


def connect(world: World) -> None:
    """Let the scheduler of a world see every change of a task."""
    world.wake = partial(wake, world)
    world.wake_later = partial(wake, world)
    world.on_task_change(partial(circuit_breaker.follow_task, world))
    world.on_task_change(partial(throttle.follow_task, world))
    world.on_task_change(partial(follow_task, world))
