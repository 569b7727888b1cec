"""Starting and stopping single tasks of a service, as its scheduler does it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import placement, task_life
from lab.drydock.service_events import capacity_steady, message, placement_failed, tasks_stopped

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Deployment, Service, Task
    from lab.drydock.world import World


def start_tasks(world: World, cluster: Cluster, service: Service, deployment: Deployment, count: int) -> None:
    """Start so many tasks as part of a deployment, unless the service has to wait or there is no room."""
    if count <= 0 or _waits(world, cluster, service):
        return
    definition = deployment.revision.definition
    for _ in range(count):
        host = placement.host_for(cluster, world.names.region, service, definition)
        if host is None:
            placement_failed(world, cluster, service)
            service.retry_at = world.now() + timedelta(seconds=world.durations.placement_retry)
            world.wake_later(cluster, service, world.durations.placement_retry)
            return
        task = task_life.start(world, cluster, host, definition, service=service, deployment=deployment)
        message(world, service, f"has started 1 tasks: (task {task.task_id}).")
    _note_start(world, cluster, service)


def _waits(world: World, cluster: Cluster, service: Service) -> bool:
    """Whether no task may be started now: throttled after start failures, or no room a moment ago."""
    until = max(filter(None, (service.throttled_until, service.retry_at)), default=None)
    if until is None or until <= world.now():
        return False
    world.wake_later(cluster, service, (until - world.now()).total_seconds())
    return True


def _note_start(world: World, cluster: Cluster, service: Service) -> None:
    """Recorded: the capacity provider is said to be steady some nine seconds after a deployment's first tasks."""
    primary = service.primary
    if primary.rollout_state == "IN_PROGRESS" and primary.updated_at == primary.created_at:
        primary.updated_at = world.now()
        said = partial(capacity_steady, world, cluster, service)
        world.later(world.durations.capacity_steady, said)


def stop_task(world: World, cluster: Cluster, service: Service, task: Task) -> None:
    """Stop one task as the scheduler does it.

    The wording is recorded for replacements and scale-in (`Scaling activity initiated by (deployment ...)`), with
    the deployment that the task itself belongs to. That draining uses the same words is an assumption: no
    recorded drain was found.
    """
    reason = f"Scaling activity initiated by (deployment {task.started_by})"
    task_life.stop(world, cluster, task, code=task_life.SCHEDULER, reason=reason)
    tasks_stopped(world, cluster, service, task)
