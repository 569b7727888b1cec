"""Rollbacks by ECS itself: because the circuit breaker tripped, or because somebody stopped the deployment.

Sources: developer guide "stop service deployment", "service revision" and "service deployments"; the words of
statuses from public reports (README.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.drydock import stages
from lab.drydock.deployments import announce, finish
from lab.drydock.model import Deployment
from lab.drydock.service_events import deployment_changed, message

if TYPE_CHECKING:
    from lab.drydock.deployment import ServiceRevision
    from lab.drydock.model import Cluster, Service, ServiceDeployment
    from lab.drydock.world import World

BROKEN = "ECS deployment circuit breaker: tasks failed to start."
NO_CANDIDATE = "No rollback candidate was found to run the rollback."


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a deployment is taken back, in the words of its service deployment and of its events.

    `said` is whether the failed deployment sends SERVICE_DEPLOYMENT_FAILED, which only a breaker makes it do.
    """

    status: str
    failed: str
    back: str
    said: bool


EXCEEDED = "Service deployment rolled back because the circuit breaker threshold was exceeded."
BREAKER = Cause(EXCEEDED, BROKEN, "ECS deployment circuit breaker: rolling back to deploymentId", said=True)
BY_USER = "Service deployment rolled back by user."
USER = Cause(
    BY_USER, BY_USER, "Service deployment rolled back by user: rolling back to deploymentId", said=False
)


def request(world: World, cluster: Cluster, service: Service, whole: ServiceDeployment) -> None:
    """Stop a deployment that is under way: ROLLBACK_REQUESTED now, and the rollback a few seconds later."""
    whole.status, whole.updated_at = "ROLLBACK_REQUESTED", world.now()
    whole.started_at = whole.started_at or world.now()
    whole.reason = BY_USER

    def begin() -> None:
        if whole.status == "ROLLBACK_REQUESTED":
            roll_back(world, cluster, service, USER)

    world.later(world.durations.rollback_begins, begin)


def last_good(service: Service) -> ServiceRevision | None:
    """The revision of the last deployment that was completed; without one there is no rollback."""
    for whole in service.history:
        if whole.status == "SUCCESSFUL":
            return whole.target
        if whole.status == "ROLLBACK_SUCCESSFUL":
            return whole.rollback_to
    return None


def roll_back(world: World, cluster: Cluster, service: Service, cause: Cause) -> None:
    """Go back to the last good revision inside the same service deployment, without a new revision.

    Reported deployments show the rollback IN_PROGRESS while the failed one is not FAILED yet; the id that
    "rolling back to deploymentId" names is that of the rollback's own deployment.
    """
    failed = service.primary
    whole, now, good = failed.part_of, world.now(), last_good(service)
    if good is None:
        finish(world, whole, "ROLLBACK_FAILED")
        whole.reason = NO_CANDIDATE
        message(world, service, f"(deployment {failed.id}) rollback has failed. {NO_CANDIDATE}")
        fail(world, cluster, service, failed, cause)
        return
    whole.status, whole.reason, whole.updated_at = "ROLLBACK_IN_PROGRESS", cause.status, now
    whole.rollback_reason, whole.rollback_at, whole.rollback_to = cause.status, now, good
    failed.tripped = True
    failed.reason = cause.failed
    old = stages.kept_back(service, good)
    made = old or Deployment(f"ecs-svc/{world.names.number()}", good, whole, now, now)
    message(world, service, f"rolling back to deployment {made.id}.")
    if old is not None:
        stages.back(world, cluster, service, old, f"{cause.back} {old.id}.")
    else:
        stages.give_up(service)
        announce(world, cluster, service, made, f"{cause.back} {made.id}.")


def fail(world: World, cluster: Cluster, service: Service, deployment: Deployment, cause: Cause) -> None:
    """Fail a deployment: it starts nothing more."""
    deployment.rollout_state, deployment.reason = "FAILED", cause.failed
    message(world, service, f"(deployment {deployment.id}) deployment failed: {_words(cause)}")
    if cause.said or service.breaker.enable:
        deployment_changed(world, cluster, service, deployment, "SERVICE_DEPLOYMENT_FAILED")


def _words(cause: Cause) -> str:
    return "tasks failed to start." if cause is BREAKER else cause.failed


def note_emptied(world: World, cluster: Cluster, service: Service) -> None:
    """Fail a deployment that was taken back once its last task has stopped."""
    live = {task.started_by for task in cluster.tasks_of(service)}
    for deployment in service.deployments[1:]:
        if deployment.tripped and deployment.rollout_state == "IN_PROGRESS" and deployment.id not in live:
            fail(world, cluster, service, deployment, BREAKER if deployment.reason == BROKEN else USER)
