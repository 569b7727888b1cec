"""The service scheduler: keeps the desired number of tasks, and empties draining container instances.

Source: developer guide "Draining Amazon ECS container instances" and the botocore model of
`UpdateContainerInstancesState`: PENDING tasks of a service stop at once, RUNNING ones are replaced within
minimumHealthyPercent (rounded up) and maximumPercent (rounded down), standalone tasks are not touched.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import container_instances, placement, task_life
from lab.drydock.service_events import message, placement_failed, steady_state

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Service, Task
    from lab.drydock.world import World

STOP_CODE = "ServiceSchedulerInitiated"


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Look at the service of a task whose state changed."""
    if task.service is not None:
        wake(world, cluster, cluster.services[task.service])


def wake(world: World, cluster: Cluster, service: Service, after: float | None = None) -> None:
    """Look at a service soon; several reasons to look within that time are one look."""
    if service.wake is not None:
        return
    delay = world.durations.scheduler if after is None else after

    def look() -> None:
        service.wake = None
        reconcile(world, cluster, service)

    service.wake = world.later(delay, look)


def drain(world: World, cluster: Cluster, instance: ContainerInstance) -> None:
    """Set an instance to DRAINING: its starting service tasks stop at once, its running ones are replaced."""
    container_instances.set_status(world, cluster, instance, "DRAINING")
    for task in cluster.tasks_on(instance):
        if task.service is not None and task_life.is_starting(task):
            _stop(world, cluster, cluster.services[task.service], task)
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
        wake(world, cluster, service)


def reconcile(world: World, cluster: Cluster, service: Service) -> None:
    """Start and stop what brings a service nearer to its desired count."""
    wanted = [task for task in cluster.tasks_of(service) if task.desired_status == "RUNNING"]
    leaving = [task for task in wanted if _on_draining(cluster, task)]
    staying = [task for task in wanted if not _on_draining(cluster, task)]
    _start_missing(world, cluster, service, wanted=len(wanted), staying=len(staying))
    _stop_surplus(world, cluster, service, leaving, staying)
    _maybe_steady(world, cluster, service)


def _start_missing(world: World, cluster: Cluster, service: Service, *, wanted: int, staying: int) -> None:
    room = math.floor(service.desired_count * service.maximum_percent / 100) - wanted
    for _ in range(min(service.desired_count - staying, room)):
        instance = placement.choose(cluster, service.definition, service.name)
        if instance is None:
            placement_failed(world, cluster, service)
            wake(world, cluster, service, world.durations.placement_retry)
            return
        started_by = service.deployment_id
        task = task_life.start(
            world, cluster, instance, service.definition, service=service.name, started_by=started_by
        )
        message(world, service, f"has started 1 tasks: (task {task.task_id}).")


def _stop_surplus(
    world: World, cluster: Cluster, service: Service, leaving: list[Task], staying: list[Task]
) -> None:
    floor = math.ceil(service.desired_count * service.minimum_healthy_percent / 100)
    spare = sum(map(task_life.is_healthy, leaving + staying)) - floor
    too_many = staying[service.desired_count :]
    for task in (leaving + too_many)[: max(spare, 0)]:
        _stop(world, cluster, service, task)


def _stop(world: World, cluster: Cluster, service: Service, task: Task) -> None:
    """Stop one task as the scheduler does it.

    The wording is recorded for replacements and scale-in (`Scaling activity initiated by (deployment ...)`).
    That draining uses the same words is an assumption: no recorded drain was found.
    """
    reason = f"Scaling activity initiated by (deployment {service.deployment_id})"
    task_life.stop(world, cluster, task, code=STOP_CODE, reason=reason)
    message(world, service, f"has stopped 1 running tasks: (task {task.task_id}).")


def _maybe_steady(world: World, cluster: Cluster, service: Service) -> None:
    tasks = cluster.tasks_of(service)
    settled = all(map(task_life.is_healthy, tasks)) and not any(_on_draining(cluster, t) for t in tasks)
    steady = settled and len(tasks) == service.desired_count
    if steady and not service.steady:
        steady_state(world, cluster, service)
    service.steady = steady


def _on_draining(cluster: Cluster, task: Task) -> bool:
    return cluster.instances[task.container_instance].status != "ACTIVE"


def connect(world: World) -> None:
    """Let the scheduler of a world see every change of a task."""
    world.on_task_change(partial(follow_task, world))
