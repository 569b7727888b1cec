"""Deployments of a service: how one begins, is superseded, and is completed.

Sources: developer guide "rolling update", botocore model of `Deployment`, recorded deployments of August 2024;
README.md says what is assumed. circuit_breaker.py judges them, rollbacks.py takes them back, stages.py leads those
with stages.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import images
from lab.drydock.deployment import ServiceRevision
from lab.drydock.model import Deployment, ServiceDeployment
from lab.drydock.service_events import capacity_steady, deployment_changed, message

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service, TaskDefinition
    from lab.drydock.world import World


def new_revision(world: World, service_path: str, definition: TaskDefinition) -> ServiceRevision:
    """A service revision, its image resolved as of now; `service_path` is `<cluster>/<service>`.

    With versionConsistency disabled nothing is resolved (botocore model): each task pulls what its tag means then.
    """
    arn = world.names.ecs(f"service-revision/{service_path}/{world.names.number()}")
    resolved = images.resolve(world, definition) if definition.version_consistency == "enabled" else None
    return ServiceRevision(arn, definition, world.now(), resolved)


def first(world: World, service_path: str, definition: TaskDefinition) -> Deployment:
    """The deployment of a service that runs already: completed, without any event."""
    made = _new(world, service_path, new_revision(world, service_path, definition), [])
    made.part_of.started_at, made.production_traffic = world.now(), 100.0
    finish(world, made.part_of, "SUCCESSFUL")
    made.rollout_state, made.reason = "COMPLETED", f"ECS deployment {made.id} completed."
    return made


def begin(world: World, cluster: Cluster, service: Service, definition: TaskDefinition) -> Deployment:
    """Deploy a revision: the scheduler starts with it a few seconds after the event that announces it."""
    path = f"{cluster.name}/{service.name}"
    running = [deployment.revision for deployment in service.deployments]
    supersede(world, service)
    made = _new(world, path, new_revision(world, path, definition), running)
    made.kept = not service.strategy.staged
    service.history.insert(0, made.part_of)
    world.later(world.durations.deployment_pending, partial(_no_longer_pending, world, made.part_of))
    announce(world, cluster, service, made, f"ECS deployment {made.id} in progress.")
    return made


def _no_longer_pending(world: World, whole: ServiceDeployment) -> None:
    if whole.status == "PENDING":
        whole.status, whole.started_at = "IN_PROGRESS", world.now()


def announce(world: World, cluster: Cluster, service: Service, deployment: Deployment, reason: str) -> None:
    """Make a deployment the primary one, say so, and let the scheduler begin with it soon."""
    deployment.reason, deployment.begun = reason, False
    service.deployments.insert(0, deployment)
    begin_anew(service)
    deployment_changed(world, cluster, service, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    world.later(world.durations.deployment_begins, partial(_start, world, cluster, service, deployment))


def begin_anew(service: Service) -> None:
    """Forget what the scheduler waits for: a new task definition ends the throttling at once."""
    service.steady, service.start_failures = False, 0
    service.throttled_until = service.retry_at = None


def _start(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    deployment.begun = True
    capacity_steady(world, cluster, service)
    world.wake(cluster, service)


def _new(world: World, path: str, revision: ServiceRevision, sources: list[ServiceRevision]) -> Deployment:
    now = world.now()
    arn = world.names.ecs(f"service-deployment/{path}/{world.names.hex(21)}")
    whole = ServiceDeployment(arn, revision, sources, now, now)
    return Deployment(f"ecs-svc/{world.names.number()}", revision, whole, now, now)


def supersede(world: World, service: Service) -> None:
    """End what is under way, because a newer deployment takes its place; the words for it are assumed."""
    for deployment in service.deployments:
        if deployment.part_of.finished_at is None:
            finish(world, deployment.part_of, "STOPPED")
            deployment.part_of.reason = "The deployment was replaced by a newer one."


def finish(world: World, whole: ServiceDeployment, status: str) -> None:
    """End a service deployment in one of its four last statuses."""
    whole.status = status
    whole.finished_at = whole.updated_at = world.now()


def complete(world: World, cluster: Cluster, service: Service) -> None:
    """Note that the primary deployment has reached a steady state."""
    primary = service.primary
    del service.deployments[1:]
    if primary.rollout_state != "IN_PROGRESS":
        return
    primary.rollout_state, primary.reason = "COMPLETED", f"ECS deployment {primary.id} completed."
    finish(world, primary.part_of, "ROLLBACK_SUCCESSFUL" if primary.is_rollback else "SUCCESSFUL")
    message(world, service, f"(deployment {primary.id}) deployment completed.")
    deployment_changed(world, cluster, service, primary, "SERVICE_DEPLOYMENT_COMPLETED")
