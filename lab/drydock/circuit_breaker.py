"""ECS's own deployment circuit breaker: what it counts, and what it does when there are too many.

Sources: developer guide "deployment circuit breaker", containers-roadmap #1206, a recorded failure of August 2024.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import rollbacks, task_life
from lab.drydock.deployments import finish
from lab.drydock.rollbacks import BREAKER, BROKEN
from lab.drydock.service_events import capacity_steady

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Deployment, Service, Task
    from lab.drydock.world import World

BY_ITSELF = ("TaskFailedToStart", "EssentialContainerExited")


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Count what the circuit breaker counts.

    A task failed when it ended, or was killed by a health check, before it was ever healthy. Without any
    health check RUNNING is healthy, so that a crash right after RUNNING is never counted
    (containers-roadmap #1206); the tasks of the recorded failure had a target group, and were counted.
    """
    if task.service is None:
        return
    service = cluster.services[task.service]
    deployment = next((one for one in service.deployments if one.id == task.started_by), None)
    if deployment is None or deployment.rollout_state != "IN_PROGRESS":
        return
    unchecked = task_life.is_running(task) and not task_life.has_checks(task)
    if (unchecked or task_life.is_healthy(task)) and task.arn not in deployment.proven:
        _prove(world, cluster, service, deployment, task)
    elif task.last_status == "STOPPED" and task.arn not in deployment.proven and _failed(task):
        _count(world, cluster, service, deployment)


def _prove(world: World, cluster: Cluster, service: Service, deployment: Deployment, task: Task) -> None:
    """Recorded: the provider is said to be steady once the new tasks are; COMPLETED has that time in `updatedAt`."""
    deployment.proven.add(task.arn)
    if service.breaker.reset_on_healthy_task:
        deployment.failed_tasks = 0
    if len(deployment.proven) == service.desired_count:
        deployment.updated_at = world.now()
        capacity_steady(world, cluster, service)


def _failed(task: Task) -> bool:
    return task.stop_code in BY_ITSELF or "health checks" in (task.stopped_reason or "")


def _count(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    deployment.failed_tasks += 1
    deployment.part_of.failures = deployment.failed_tasks
    reached = deployment.failed_tasks >= service.breaker.threshold(service.desired_count)
    if service.breaker.enable and reached and not deployment.tripped:
        deployment.tripped = True
        world.later(world.durations.circuit_breaker, partial(_trip, world, cluster, service, deployment))


def _trip(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    if deployment is not service.primary or deployment.rollout_state != "IN_PROGRESS":
        return
    if deployment.is_rollback:
        finish(world, deployment.part_of, "ROLLBACK_FAILED")
        rollbacks.fail(world, cluster, service, deployment, BREAKER)
    elif deployment.part_of.status != "IN_PROGRESS":
        return  # somebody has asked for a rollback a moment ago
    elif service.breaker.rollback:
        rollbacks.roll_back(world, cluster, service, BREAKER)
    else:
        finish(world, deployment.part_of, "STOPPED")
        deployment.part_of.reason = BROKEN
        rollbacks.fail(world, cluster, service, deployment, BREAKER)
