"""Blue/green, linear and canary deployments: two sets of tasks, and the traffic between them.

Sources: botocore model of `ServiceDeployment.lifecycleStage` (what holds in each stage), `LinearConfiguration` and
`CanaryConfiguration`; developer guide "blue/green service deployments workflow". How long a stage lasts where the
configuration does not say, and the way back, are assumptions. Traffic is a pair of numbers: nobody sends any.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import task_life
from lab.drydock.deployments import begin_anew
from lab.drydock.service_events import deployment_changed
from lab.drydock.strategy import ALL, MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.drydock.deployment import ServiceRevision
    from lab.drydock.model import Cluster, Deployment, Service
    from lab.drydock.strategy import Stage
    from lab.drydock.world import World

# What follows after some time; SCALE_UP ends when the tasks are healthy, PRODUCTION_TRAFFIC_SHIFT after its steps.
NEXT: dict[Stage, Stage] = {
    "PRE_SCALE_UP": "SCALE_UP",
    "POST_SCALE_UP": "TEST_TRAFFIC_SHIFT",
    "TEST_TRAFFIC_SHIFT": "POST_TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT": "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT": "BAKE_TIME",
    "BAKE_TIME": "CLEAN_UP",
}


def leads(service: Service) -> bool:
    """Whether a deployment with stages is under way, so that each deployment has its own number of tasks."""
    whole = service.primary.part_of
    if whole.finished_at is not None:
        return False
    return whole.stage is not None or (service.strategy.staged and not service.primary.is_rollback)


def look(world: World, cluster: Cluster, service: Service) -> None:
    """Enter the stage that follows when the tasks are as the present one wants them."""
    green, stage = service.primary, service.primary.part_of.stage
    if green.part_of.status != "IN_PROGRESS" or not green.begun:
        return
    if stage is None:
        _begin(world, cluster, service)
    elif stage == "RECONCILE_SERVICE" and not _leaving(cluster, service):
        _enter(world, cluster, service, "PRE_SCALE_UP")
    elif stage == "SCALE_UP" and _scaled_up(cluster, service, green):
        _enter(world, cluster, service, "POST_SCALE_UP")


def _begin(world: World, cluster: Cluster, service: Service) -> None:
    """Keep the deployment with the production traffic; others that have tasks make a stage of their own."""
    blue = max(service.deployments[1:], key=lambda one: one.production_traffic)
    for one in service.deployments[1:]:
        one.kept = one is blue
        one.test_traffic, one.production_traffic = 0.0, ALL if one is blue else 0.0
    leftover = _leaving(cluster, service)
    _enter(world, cluster, service, "RECONCILE_SERVICE" if leftover else "PRE_SCALE_UP")


def _leaving(cluster: Cluster, service: Service) -> bool:
    kept = {one.id for one in service.deployments if one.kept}
    return any(task.started_by not in kept for task in cluster.tasks_of(service))


def _scaled_up(cluster: Cluster, service: Service, green: Deployment) -> bool:
    own = [task for task in cluster.tasks_of(service) if task.started_by == green.id]
    return sum(map(task_life.is_healthy, own)) >= service.desired_count


def _enter(world: World, cluster: Cluster, service: Service, stage: Stage) -> None:
    green = service.primary
    green.part_of.stage, green.part_of.updated_at = stage, world.now()
    if stage == "SCALE_UP":
        green.kept = True
    elif stage == "POST_TEST_TRAFFIC_SHIFT":
        green.test_traffic = ALL
    elif stage == "CLEAN_UP":
        _keep_only(service, green)
    if stage == "PRODUCTION_TRAFFIC_SHIFT":
        _after(world, service, green, world.durations.stage, partial(_shift, world, cluster, service, 0))
    elif stage in NEXT:
        bakes = stage == "BAKE_TIME"
        lasts = service.strategy.bake_minutes * MINUTE if bakes else world.durations.stage
        _after(world, service, green, lasts, partial(_enter, world, cluster, service, NEXT[stage]))
    world.wake(cluster, service)


def _shift(world: World, cluster: Cluster, service: Service, step: int) -> None:
    """Give the new tasks the next share of the production traffic."""
    green, steps = service.primary, service.strategy.steps()
    share, wait = steps[step]
    _share(service, green, share)
    green.part_of.updated_at = world.now()
    if step + 1 < len(steps):
        _after(world, service, green, wait, partial(_shift, world, cluster, service, step + 1))
    else:
        _enter(world, cluster, service, "POST_PRODUCTION_TRAFFIC_SHIFT")


def _share(service: Service, green: Deployment, share: float) -> None:
    green.production_traffic = share
    for one in service.deployments:
        if one is not green:
            one.production_traffic = ALL - share if one.kept else 0.0


def _keep_only(service: Service, deployment: Deployment) -> None:
    for one in service.deployments:
        one.kept = one is deployment


def _after(
    world: World, service: Service, green: Deployment, seconds: float, action: Callable[[], None]
) -> None:
    """Go on later, unless the deployment was stopped, taken back or superseded meanwhile."""

    def go_on() -> None:
        if service.primary is green and green.part_of.status == "IN_PROGRESS":
            action()

    world.later(seconds, go_on)


def kept_back(service: Service, good: ServiceRevision) -> Deployment | None:
    """The deployment of the good revision whose tasks a deployment with stages has kept, if it has stages."""
    if not leads(service):
        return None
    return next((one for one in service.deployments[1:] if one.revision is good), None)


def back(world: World, cluster: Cluster, service: Service, blue: Deployment, reason: str) -> None:
    """Shift what traffic there is back to the old tasks, then stop the new ones.

    The old deployment becomes the primary one again, under its own id.
    """
    green = service.primary
    whole = green.part_of
    service.deployments.remove(blue)
    service.deployments.insert(0, blue)
    blue.part_of, blue.rollout_state, blue.reason = whole, "IN_PROGRESS", reason
    blue.kept = blue.begun = True
    begin_anew(service)
    shifted = green.production_traffic > 0 or green.test_traffic > 0
    whole.stage = "PRODUCTION_TRAFFIC_SHIFT" if shifted else "CLEAN_UP"
    deployment_changed(world, cluster, service, blue, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    world.later(
        world.durations.stage if shifted else 0, partial(_shifted_back, world, cluster, service, blue)
    )


def _shifted_back(world: World, cluster: Cluster, service: Service, blue: Deployment) -> None:
    if service.primary is not blue:
        return
    for one in service.deployments[1:]:
        one.test_traffic = 0.0
    _keep_only(service, blue)
    _share(service, blue, ALL)
    blue.part_of.stage, blue.part_of.updated_at = "CLEAN_UP", world.now()
    world.wake(cluster, service)


def give_up(service: Service) -> None:
    """Let a rollback be a rolling one: the tasks of the good revision are not there any more."""
    service.primary.part_of.stage = None
