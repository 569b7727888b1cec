"""What exists in drydock, named as AWS names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.clock import Timer

Tags = dict[str, str]
NetworkMode = Literal["awsvpc", "bridge"]
Lifecycle = Literal["spot", "on-demand"]
STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")
LIVE = ("ACTIVE", "DRAINING")


@dataclass(slots=True)
class Ec2Instance:
    """A virtual machine."""

    instance_id: str
    zone: str
    lifecycle: Lifecycle
    launched_at: datetime
    state: str = "running"
    instance_type: str = "m5.large"
    tags: Tags = field(default_factory=dict)
    spot_request_id: str | None = None
    interruption: str | None = None
    terminates_at: datetime | None = None


@dataclass(slots=True)
class ContainerInstance:
    """An EC2 instance as ECS sees it."""

    arn: str
    instance_id: str
    zone: str
    cpu: int
    memory: int
    registered_at: datetime
    updated_at: datetime
    status: str = "ACTIVE"
    agent_connected: bool = True
    version: int = 1
    capacity_provider: str | None = None
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """What a task runs: one essential container, which is all that this model needs so far."""

    family: str
    revision: int = 1
    container: str = "app"
    image: str = "public.ecr.aws/example/app:1"
    digest: str = "sha256:" + "0" * 64
    cpu: int = 256
    memory: int = 512
    network_mode: NetworkMode = "awsvpc"
    exit_code_on_stop: int = 0


@dataclass(slots=True)
class Task:
    """One running copy of a task definition; `service` is None for a standalone task."""

    arn: str
    task_id: str
    definition: TaskDefinition
    container_instance: str
    created_at: datetime
    updated_at: datetime
    container_arn: str
    eni_id: str
    address: str
    service: str | None = None
    started_by: str | None = None
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    version: int = 0
    container_status: str = "PENDING"
    exit_code: int | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    timer: Timer | None = None

    @property
    def group(self) -> str:
        """`service:<name>` or `family:<family>`, as AWS groups tasks."""
        return f"service:{self.service}" if self.service else f"family:{self.definition.family}"


@dataclass(slots=True)
class Service:
    """A number of tasks that ECS keeps running."""

    arn: str
    name: str
    definition: TaskDefinition
    desired_count: int
    deployment_id: str
    created_at: datetime
    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    tags: Tags = field(default_factory=dict)
    messages: list[tuple[str, datetime, str]] = field(default_factory=list)
    steady: bool = False
    wake: Timer | None = None


@dataclass(slots=True)
class Cluster:
    """A group of container instances, services and tasks; the three maps are keyed by ARN, name and ARN.

    `live` has the tasks that have not stopped, by the ARN of their instance and by their group.
    """

    arn: str
    name: str
    tags: Tags = field(default_factory=dict)
    instances: dict[str, ContainerInstance] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    live: dict[str, dict[str, Task]] = field(default_factory=dict)

    def add(self, task: Task) -> None:
        """Take in a new task."""
        self.tasks[task.arn] = task
        for owner in (task.container_instance, task.group):
            self.live.setdefault(owner, {})[task.arn] = task

    def release(self, task: Task) -> None:
        """Note that a task has stopped; it stays in `tasks`."""
        for owner in (task.container_instance, task.group):
            self.live[owner].pop(task.arn, None)

    def tasks_on(self, instance: ContainerInstance) -> list[Task]:
        """The tasks that still hold resources of a container instance."""
        return list(self.live.get(instance.arn, {}).values())

    def tasks_of(self, service: Service) -> list[Task]:
        """The tasks of a service that have not stopped yet."""
        return list(self.live.get(f"service:{service.name}", {}).values())
