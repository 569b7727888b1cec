"""Rolling deployments of a service, with ECS's own circuit breaker.

Sources: developer guide "rolling update" and "deployment circuit breaker", botocore model of `Deployment`,
recorded deployments of August 2024; README.md says what is assumed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import task_life
from lab.drydock.deployment import ServiceRevision
from lab.drydock.model import Deployment, ServiceDeployment
from lab.drydock.service_events import capacity_steady, deployment_changed, message

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service, Task, TaskDefinition
    from lab.drydock.world import World

BROKEN = "ECS deployment circuit breaker: tasks failed to start."
BY_ITSELF = ("TaskFailedToStart", "EssentialContainerExited")


def new_revision(world: World, service_path: str, definition: TaskDefinition) -> ServiceRevision:
    """A service revision; `service_path` is `<cluster>/<service>`."""
    arn = world.names.ecs(f"service-revision/{service_path}/{world.names.number()}")
    return ServiceRevision(arn, definition, world.now())


def first(world: World, service_path: str, definition: TaskDefinition) -> Deployment:
    """The deployment of a service that runs already: completed, without any event."""
    made = _new(world, service_path, new_revision(world, service_path, definition), [])
    _finish(world, made.part_of, "SUCCESSFUL")
    made.rollout_state, made.reason = "COMPLETED", f"ECS deployment {made.id} completed."
    return made


def begin(world: World, cluster: Cluster, service: Service, definition: TaskDefinition) -> Deployment:
    """Deploy a revision: the scheduler starts with it a few seconds after the event that announces it."""
    path = f"{cluster.name}/{service.name}"
    running = [deployment.revision for deployment in service.deployments]
    _supersede(world, service)
    made = _new(world, path, new_revision(world, path, definition), running)
    service.history.insert(0, made.part_of)
    _announce(world, cluster, service, made, f"ECS deployment {made.id} in progress.")
    return made


def _announce(world: World, cluster: Cluster, service: Service, deployment: Deployment, reason: str) -> None:
    deployment.reason, deployment.begun = reason, False
    service.deployments.insert(0, deployment)
    service.steady, service.start_failures = False, 0
    service.throttled_until = service.retry_at = None  # a new task definition ends the throttling at once
    deployment_changed(world, cluster, service, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    world.later(world.durations.deployment_begins, partial(_start, world, cluster, service, deployment))


def _start(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    deployment.begun = True
    capacity_steady(world, cluster, service)
    world.wake(cluster, service)


def _new(world: World, path: str, revision: ServiceRevision, sources: list[ServiceRevision]) -> Deployment:
    now = world.now()
    arn = world.names.ecs(f"service-deployment/{path}/{world.names.hex(21)}")
    whole = ServiceDeployment(arn, revision, sources, now, now)
    return Deployment(f"ecs-svc/{world.names.number()}", revision, whole, now, now)


def _supersede(world: World, service: Service) -> None:
    """A newer deployment takes the place of one that is under way; the words for it are assumed."""
    for deployment in service.deployments:
        if deployment.part_of.finished_at is None:
            _finish(world, deployment.part_of, "STOPPED")
            deployment.part_of.reason = "The deployment was replaced by a newer one."


def _finish(world: World, whole: ServiceDeployment, status: str) -> None:
    whole.status = status
    whole.finished_at = whole.updated_at = world.now()


def complete(world: World, cluster: Cluster, service: Service) -> None:
    """Note that the primary deployment has reached a steady state."""
    primary = service.primary
    del service.deployments[1:]
    if primary.rollout_state != "IN_PROGRESS":
        return
    primary.rollout_state, primary.reason = "COMPLETED", f"ECS deployment {primary.id} completed."
    _finish(world, primary.part_of, "ROLLBACK_SUCCESSFUL" if primary.is_rollback else "SUCCESSFUL")
    message(world, service, f"(deployment {primary.id}) deployment completed.")
    deployment_changed(world, cluster, service, primary, "SERVICE_DEPLOYMENT_COMPLETED")


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
    good = _last_good(service)
    if service.breaker.rollback and good is not None and not deployment.is_rollback:
        _roll_back(world, cluster, service, deployment, good)
        return
    _finish(world, deployment.part_of, "ROLLBACK_FAILED" if deployment.is_rollback else "STOPPED")
    deployment.part_of.reason = BROKEN
    _fail(world, cluster, service, deployment)


def _last_good(service: Service) -> ServiceRevision | None:
    """The revision of the last deployment that was completed; without one there is no rollback."""
    for whole in service.history:
        if whole.status == "SUCCESSFUL":
            return whole.target
        if whole.status == "ROLLBACK_SUCCESSFUL":
            return whole.rollback_to
    return None


def _fail(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    deployment.rollout_state, deployment.reason = "FAILED", BROKEN
    message(world, service, f"(deployment {deployment.id}) deployment failed: tasks failed to start.")
    deployment_changed(world, cluster, service, deployment, "SERVICE_DEPLOYMENT_FAILED")


def _roll_back(
    world: World, cluster: Cluster, service: Service, failed: Deployment, good: ServiceRevision
) -> None:
    """Deploy the last good revision again, inside the same service deployment and without a new revision.

    Reported deployments show the rollback IN_PROGRESS while the failed one is not FAILED yet; the id that
    "rolling back to deploymentId" names is that of the rollback's own deployment.
    """
    whole, now = failed.part_of, world.now()
    whole.status, whole.reason, whole.updated_at = "ROLLBACK_IN_PROGRESS", BROKEN, now
    whole.rollback_reason, whole.rollback_at, whole.rollback_to = BROKEN, now, good
    made = Deployment(f"ecs-svc/{world.names.number()}", good, whole, now, now)
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {made.id}."
    message(world, service, f"rolling back to deployment {made.id}.")
    _announce(world, cluster, service, made, reason)


def note_emptied(world: World, cluster: Cluster, service: Service) -> None:
    """Fail a tripped deployment whose rollback has stopped its last task."""
    live = {task.started_by for task in cluster.tasks_of(service)}
    for deployment in service.deployments[1:]:
        if deployment.tripped and deployment.rollout_state == "IN_PROGRESS" and deployment.id not in live:
            _fail(world, cluster, service, deployment)
