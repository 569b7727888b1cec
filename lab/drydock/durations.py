"""How long things take, in virtual seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Durations:
    """How long each state lasts before the next one.

    The task states follow a recorded Fargate deployment of 2024 (awsvpc) and a recorded EC2 task of 2023
    (bridge). The Spot notice is AWS's two minutes. The rest are assumptions.
    """

    provisioning: float = 10.5
    pending: float = 4.0
    activating: float = 9.7
    deactivating: float = 22.5
    stopping: float = 21.5
    deprovisioning: float = 13.0
    bridge_pending: float = 2.3
    bridge_stopping: float = 31.3
    scheduler: float = 1.0
    placement_retry: float = 30.0
    spot_notice: float = 120.0
    shutting_down: float = 30.0
    launching: float = 20.0
    registering: float = 25.0
    describable: float = 3600.0
