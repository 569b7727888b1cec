"""How long things take, in virtual seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Durations:
    """How long each state lasts before the next one.

    The task states follow recorded Fargate deployments of August 2024 (awsvpc) and a recorded EC2 task of 2023
    (bridge). The Spot notice is AWS's two minutes. The rest are assumptions unless README.md names a source.
    """

    provisioning: float = 10.5
    pending: float = 4.0
    pending_alone: float = 12.0
    activating: float = 9.7
    deactivating: float = 22.5
    stopping: float = 21.5
    deprovisioning: float = 13.0
    deprovisioning_registered: float = 24.0
    bridge_pending: float = 2.3
    bridge_stopping: float = 31.3
    bridge_exiting: float = 0.5
    fargate_exit_report: float = 10.0
    exit_after_running: float = 3.4
    connecting: float = 4.0
    failing_to_start: float = 90.0
    target_healthy: float = 12.0
    target_unhealthy: float = 60.0
    elb_kill: float = 79.0
    container_kill: float = 5.0
    scheduler: float = 1.0
    replacing: float = 6.3
    deployment_begins: float = 6.3
    deployment_pending: float = 0.075
    rollback_begins: float = 3.0
    stage: float = 10.0
    capacity_steady: float = 9.0
    steady: float = 40.0
    circuit_breaker: float = 8.4
    throttle_first: float = 10.0
    throttle_next: float = 240.0
    throttle_most: float = 900.0
    placement_retry: float = 30.0
    spot_notice: float = 120.0
    shutting_down: float = 30.0
    launching: float = 20.0
    registering: float = 25.0
    cloudtrail: float = 300.0
    describable: float = 3600.0
