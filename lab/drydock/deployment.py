"""Deployments of a service, as the three APIs show them: deployments, service deployments, service revisions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.strategy import Stage
    from lab.drydock.task_definition import TaskDefinition

ThresholdType = Literal["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"]
FEWEST, MOST = 3, 200


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """The native deployment circuit breaker of a service; the defaults are those of the botocore model."""

    enable: bool = False
    rollback: bool = False
    reset_on_healthy_task: bool = True
    threshold_type: ThresholdType = "BOUNDED_PERCENT"
    threshold_value: int = 50

    def threshold(self, desired_count: int) -> int:
        """How many failed tasks fail a deployment."""
        if self.threshold_type == "COUNT":
            return self.threshold_value
        share = math.ceil(desired_count * self.threshold_value / 100)
        return max(FEWEST, min(MOST, share)) if self.threshold_type == "BOUNDED_PERCENT" else max(1, share)


@dataclass(slots=True)
class ServiceRevision:
    """A workload that a service was told to run; a rollback uses an earlier one again."""

    arn: str
    definition: TaskDefinition
    created_at: datetime
    # What the image was resolved to; None: not found, or the tasks resolve it themselves.
    digest: str | None = None


@dataclass(slots=True)
class ServiceDeployment:
    """The way from one revision to another, with its rollback if there was one."""

    arn: str
    target: ServiceRevision
    sources: list[ServiceRevision]
    created_at: datetime
    updated_at: datetime
    status: str = "PENDING"
    reason: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    rollback_reason: str | None = None
    rollback_at: datetime | None = None
    rollback_to: ServiceRevision | None = None
    failures: int = 0
    # Where a deployment with stages is; None for a rolling one.
    stage: Stage | None = None


@dataclass(slots=True)
class Deployment:
    """An entry of `deployments` in DescribeServices; tasks name its id in `startedBy`."""

    id: str
    revision: ServiceRevision
    part_of: ServiceDeployment
    created_at: datetime
    updated_at: datetime
    rollout_state: str = "IN_PROGRESS"
    reason: str = ""
    failed_tasks: int = 0
    begun: bool = True
    tripped: bool = False
    # With stages: whether it keeps the desired number of tasks, and the percents of traffic that it gets.
    kept: bool = True
    test_traffic: float = 0.0
    production_traffic: float = 0.0
    # The CodeDeploy deployment that made it, if one did.
    external_id: str | None = None
    # Tasks that have been healthy; a task that never was counts as failed when it ends.
    proven: set[str] = field(default_factory=set)

    @property
    def is_rollback(self) -> bool:
        """Whether this deployment takes the last good revision up again."""
        return self.part_of.rollback_to is not None and self.revision is self.part_of.rollback_to


@dataclass(slots=True)
class TargetGroup:
    """A target group of a load balancer, in front of one service."""

    arn: str
    name: str
    port: int = 80
    grace: float = 0.0


@dataclass(slots=True)
class Target:
    """One task as a target: its state and reason in the words of DescribeTargetHealth."""

    state: str = "initial"
    reason: str | None = "Elb.RegistrationInProgress"
    description: str | None = "Target registration is in progress"
