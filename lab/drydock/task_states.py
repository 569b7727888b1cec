"""The states that a task walks through, each with the seconds it lasts.

Recorded Fargate streams of August 2024: behind a load balancer PROVISIONING, PENDING, ACTIVATING, RUNNING, then
DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED; without one neither ACTIVATING nor, it is assumed, DEACTIVATING.
An essential container that ends goes from RUNNING straight to DEPROVISIONING. bridge: PENDING, RUNNING, then STOPPED,
with one event in between whose lastStatus is still RUNNING: a recorded EC2 task had version 2 when RUNNING and 4
when STOPPED; the shape of version 3 is assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.drydock.durations import Durations
    from lab.drydock.model import Task

State = tuple[str, float]
BARE = "ACTIVATING (bare)"


def up(task: Task, times: Durations) -> list[State]:
    """From the start to RUNNING.

    Half of the recorded tasks had two PENDING events and a third two ACTIVATING ones, the second without
    attachments and attributes; which task here has them follows from its id.
    """
    if task.definition.network_mode == "bridge":
        return [("PENDING", times.bridge_pending), ("RUNNING", 0)]
    chance = int(task.task_id[-1], 16)
    pending = times.pending if task.target_group else times.pending_alone
    states = [("PROVISIONING", times.provisioning), ("PENDING", pending)]
    if chance % 2:
        states[1:] = [("PENDING", pending * 0.4), ("PENDING", pending * 0.6)]
    if task.target_group:
        rest = times.activating
        extra = [("ACTIVATING", rest * 0.2), (BARE, rest * 0.8)]
        states += extra if chance % 3 == 0 else [("ACTIVATING", rest)]
    return [*states, ("RUNNING", 0)]


def down(task: Task, times: Durations) -> list[State]:
    """From a request to stop to STOPPED."""
    bridge = task.definition.network_mode == "bridge"
    if task.container_status == "PENDING":  # there is only the network interface to give back
        return [("STOPPED", 0)] if bridge else [("DEPROVISIONING", times.deprovisioning), ("STOPPED", 0)]
    if bridge:
        return [("RUNNING", times.bridge_stopping), ("STOPPED", 0)]
    leaving = [("DEACTIVATING", times.deactivating)] if task.target_group else []
    return [
        *leaving,
        ("STOPPING", times.stopping),
        ("DEPROVISIONING", times.deprovisioning),
        ("STOPPED", 0),
    ]


def after_exit(task: Task, times: Durations) -> list[State]:
    """From the end of the essential container to STOPPED."""
    if task.definition.network_mode == "bridge":
        return [("RUNNING", times.bridge_exiting), ("STOPPED", 0)]
    lasts = times.deprovisioning_registered if task.target_group else times.deprovisioning
    return [("DEPROVISIONING", lasts), ("STOPPED", 0)]
