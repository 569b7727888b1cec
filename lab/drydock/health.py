"""Health checks of containers and of load balancer targets, and what the scheduler does about them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab.drydock import task_life
from lab.drydock.model import Target
from lab.drydock.service_events import message

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, TargetGroup, Task
    from lab.drydock.world import World

FAILING = ("container-unhealthy", "elb-unhealthy")
MISMATCH = "Health checks failed with these codes: [500]"


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Begin the checks of a task that became RUNNING; take its target away when it leaves."""
    if task_life.is_running(task) and not task.checked:
        task.checked = True
        _begin(world, cluster, task)
    elif task.target is not None and task.desired_status == "STOPPED":
        _leave(task)


def _begin(world: World, cluster: Cluster, task: Task) -> None:
    behaviour, check = task.behaviour, task.definition.health_check
    if not task_life.has_checks(task):
        world.later(world.durations.steady, partial(_aged, world, cluster, task))
    if task.target_group is not None:
        task.target = Target()
        bad = behaviour.kind == "elb-unhealthy"
        lasts = world.durations.target_unhealthy if bad else world.durations.target_healthy
        world.later(lasts, partial(_target_decided, world, cluster, task, task.target_group, healthy=not bad))
    if check is not None:
        bad = behaviour.kind == "container-unhealthy"
        lasts = check.start_period + check.interval * (check.retries if bad else 1)
        world.later(lasts, partial(_container_decided, world, cluster, task, healthy=not bad))


def turn(world: World, cluster: Cluster, task: Task) -> None:
    """Let the checks of a task that passed them begin to fail."""
    kind, check = task.behaviour.kind, task.definition.health_check
    if kind == "elb-unhealthy" and task.target_group is not None:
        failing = partial(_target_decided, world, cluster, task, task.target_group, healthy=False)
        world.later(world.durations.target_unhealthy, failing)
    elif kind == "container-unhealthy" and check is not None:
        failing = partial(_container_decided, world, cluster, task, healthy=False)
        world.later(check.interval * check.retries, failing)


def recover(task: Task) -> None:
    """Let the checks of a running task pass again at once; a kill that was to come does not come."""
    if task.target is not None and task.target.state == "unhealthy" and task.desired_status == "RUNNING":
        task.target.state, task.target.reason, task.target.description = "healthy", None, None
    if task.health_status == "UNHEALTHY" and task.desired_status == "RUNNING":
        task.health_status = "HEALTHY"


def _aged(world: World, cluster: Cluster, task: Task) -> None:
    if task_life.is_running(task):
        task.aged = True
        world.task_changed(cluster, task)


def _leave(task: Task) -> None:
    if task.target is None:
        return
    if task.last_status in ("STOPPED", "DEPROVISIONING"):
        task.target = None
    elif task.target.state != "draining":
        task.target.state = "draining"
        task.target.reason = "Target.DeregistrationInProgress"
        task.target.description = "Target deregistration is in progress"


def _container_decided(world: World, cluster: Cluster, task: Task, *, healthy: bool) -> None:
    if not task_life.is_running(task) or _over(task, healthy=healthy):
        return
    task.health_status = "HEALTHY" if healthy else "UNHEALTHY"
    task_life.changed(world, cluster, task)
    # "If a task is run manually, and not as part of a service, it continues its life": developer guide.
    if not healthy and task.service is not None:
        text = "Task failed container health checks"
        world.later(world.durations.container_kill, partial(_kill, world, cluster, task, text))


def _target_decided(world: World, cluster: Cluster, task: Task, group: TargetGroup, *, healthy: bool) -> None:
    target = task.target
    gone = target is None or not task_life.is_running(task) or task.ended_at is not None
    if target is None or gone or _over(task, healthy=healthy):
        return
    if healthy:
        target.state, target.reason, target.description = "healthy", None, None
        world.task_changed(cluster, task)
        return
    why = task.behaviour.reason or MISMATCH
    timeout = why.startswith("Request timed out")
    target.state, target.description = "unhealthy", why
    target.reason = "Target.Timeout" if timeout else "Target.ResponseCodeMismatch"
    patience = max(world.durations.elb_kill, group.grace) - world.durations.target_unhealthy
    text = f"Task failed ELB health checks in (target-group {group.arn})"
    world.later(patience, partial(_kill, world, cluster, task, text))


def _over(task: Task, *, healthy: bool) -> bool:
    """Whether a failing check was decided upon a trouble that has ended since."""
    return not healthy and task.behaviour.kind not in FAILING


def _kill(world: World, cluster: Cluster, task: Task, reason: str) -> None:
    if task.service is None or not task_life.is_running(task) or _over(task, healthy=False):
        return
    service = cluster.services[task.service]
    if task.target is not None and task.target.state == "unhealthy" and task.target_group is not None:
        port, why = task.definition.port or task.target_group.port, task.target.description
        text = f"(port {port}) is unhealthy in (target-group {task.target_group.arn}) due to (reason {why})."
    else:
        text = f"(task {task.task_id}) failed container health checks."
    message(world, service, text)
    task_life.stop(world, cluster, task, code=task_life.SCHEDULER, reason=reason)
