"""The scheduler's patience with tasks that fail to start.

Developer guide, "service throttle logic": tasks that go from PENDING to STOPPED lengthen the time between attempts
up to 15 minutes, and the service says that it is unable to consistently start tasks; a new task definition ends
that at once; tasks that stopped after RUNNING do not count. The steps in between are not documented: a reported
timeline had failures after 2.5, 4.8 and 11 minutes, which the defaults come near to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lab.drydock.service_events import start_impaired

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Service, Task
    from lab.drydock.world import World

IMPAIRED_AFTER = 3


def follow_task(world: World, cluster: Cluster, task: Task) -> None:
    """Count start failures in a row; one task that reaches RUNNING ends the row."""
    if task.service is None:
        return
    service = cluster.services[task.service]
    if task.started_by != service.deployment_id:
        return
    if task.last_status == "RUNNING":
        service.start_failures, service.throttled_until = 0, None
    elif task.stop_code == "TaskFailedToStart" and not task.counted:
        task.counted = True
        _failed(world, cluster, service)


def _failed(world: World, cluster: Cluster, service: Service) -> None:
    """Tasks of one attempt that fail together count once."""
    if service.throttled_until is not None and world.now() < service.throttled_until:
        return
    service.start_failures += 1
    service.throttled_until = world.now() + timedelta(seconds=_delay(world, service.start_failures))
    if service.start_failures == IMPAIRED_AFTER:
        start_impaired(world, cluster, service)


def _delay(world: World, failures: int) -> float:
    times = world.durations
    if failures == 1:
        return times.throttle_first
    doubled: float = times.throttle_next * 2 ** min(failures - 2, 10)
    return min(doubled, times.throttle_most)
