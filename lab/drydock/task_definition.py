"""Task definitions: what a revision is to AWS, and what its container will do once it is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

NetworkMode = Literal["awsvpc", "bridge"]
VersionConsistency = Literal["enabled", "disabled"]
Kind = Literal[
    "runs",
    "exits",
    "out-of-memory",
    "container-unhealthy",
    "elb-unhealthy",
    "image-missing",
    "secret-missing",
    "fails-to-start",
]
CANNOT_START: tuple[Kind, ...] = ("image-missing", "secret-missing", "fails-to-start")
ENDS: tuple[Kind, ...] = ("exits", "out-of-memory")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of the container of a revision; `after` is in seconds since it started.

    `exit_code` belongs to `exits`. `reason` is the wording of a start failure (`fails-to-start`), or why a
    target is unhealthy. `lines` is what the container logs: all but the last one when it starts, the last one
    when it ends (when it starts, if it does not end by itself).
    """

    kind: Kind = "runs"
    after: float = 5.0
    exit_code: int = 1
    reason: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A container's health check; times in seconds, defaults as in the botocore model."""

    command: tuple[str, ...] = ("CMD-SHELL", "curl -f http://localhost/ || exit 1")
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """One revision: one essential container, which is all that this model needs so far."""

    family: str
    revision: int = 1
    container: str = "app"
    image: str = "public.ecr.aws/example/app:1"
    digest: str = "sha256:" + "0" * 64
    cpu: int = 256
    memory: int = 512
    network_mode: NetworkMode = "awsvpc"
    exit_code_on_stop: int = 0
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    health_check: HealthCheck | None = None
    port: int | None = None
    task_role: str | None = None
    execution_role: str | None = None
    log_group: str | None = None
    registered_at: datetime | None = None
    registered_by: str | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    version_consistency: VersionConsistency = "enabled"
    tags: dict[str, str] = field(default_factory=dict)

    def log_stream(self, task_id: str) -> str:
        """The stream of one task, as the awslogs driver names it: prefix, container, task."""
        return f"{self.family}/{self.container}/{task_id}"
