"""What exists in drydock, named as AWS names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lab.drydock.alarms import DeploymentAlarms
from lab.drydock.deployment import CircuitBreaker, Deployment, ServiceDeployment, Target, TargetGroup
from lab.drydock.strategy import Controller, ManagedBy, Scheduling, Strategy
from lab.drydock.task_definition import Behaviour, HealthCheck, NetworkMode, TaskDefinition

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.clock import Timer
    from lab.drydock.troubles import Trouble

__all__ = [
    "LIVE",
    "STARTING",
    "Behaviour",
    "CircuitBreaker",
    "Cluster",
    "ContainerInstance",
    "Deployment",
    "DeploymentAlarms",
    "Ec2Instance",
    "HealthCheck",
    "LaunchType",
    "Lifecycle",
    "NetworkMode",
    "Service",
    "ServiceDeployment",
    "Strategy",
    "Tags",
    "Target",
    "TargetGroup",
    "Task",
    "TaskDefinition",
]

Tags = dict[str, str]
Lifecycle = Literal["spot", "on-demand"]
LaunchType = Literal["EC2", "FARGATE"]
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


@dataclass(slots=True)
class Task:
    """One running copy of a task definition; `service` is None for a standalone task."""

    arn: str
    task_id: str
    definition: TaskDefinition
    container_instance: str | None
    zone: str
    launch_type: LaunchType
    capacity_provider: str | None
    created_at: datetime
    updated_at: datetime
    container_arn: str
    eni_id: str
    elb_id: str
    address: str
    service: str | None = None
    started_by: str | None = None
    target_group: TargetGroup | None = None
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    version: int = 0
    container_status: str = "PENDING"
    exit_code: int | None = None
    container_reason: str | None = None
    health_status: str | None = None
    elb_status: str = "PRECREATED"
    target: Target | None = None
    pulled: bool = False
    # Fargate sometimes sends ACTIVATING once more, without attachments and attributes.
    bare: bool = False
    began: bool = False
    checked: bool = False
    aged: bool = False
    counted: bool = False
    ended_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    timer: Timer | None = None
    # What the image reference was resolved to, what its container does, and the trouble that makes it do so.
    digest: str | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    trouble: Trouble | None = None

    @property
    def group(self) -> str:
        """`service:<name>` or `family:<family>`, as AWS groups tasks."""
        return f"service:{self.service}" if self.service else f"family:{self.definition.family}"


@dataclass(slots=True)
class Service:
    """A number of tasks that ECS keeps running."""

    arn: str
    name: str
    desired_count: int
    created_at: datetime
    # The first one is PRIMARY, the others still have tasks.
    deployments: list[Deployment]
    # Service deployments, newest first.
    history: list[ServiceDeployment]
    launch_type: LaunchType = "EC2"
    capacity_provider: str | None = None
    target_group: TargetGroup | None = None
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    alarms: DeploymentAlarms | None = None
    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    tags: Tags = field(default_factory=dict)
    messages: list[tuple[str, datetime, str]] = field(default_factory=list)
    steady: bool = False
    wake: Timer | None = None
    # Start failures in a row, and until when the scheduler waits because of them or for want of room.
    start_failures: int = 0
    throttled_until: datetime | None = None
    retry_at: datetime | None = None
    strategy: Strategy = field(default_factory=Strategy)
    controller: Controller = "ECS"
    scheduling: Scheduling = "REPLICA"
    managed_by: ManagedBy = "CUSTOMER"
    status: str = "ACTIVE"

    @property
    def primary(self) -> Deployment:
        """The deployment that new tasks belong to."""
        return self.deployments[0]

    @property
    def definition(self) -> TaskDefinition:
        """What a new task runs."""
        return self.primary.revision.definition

    @property
    def deployment_id(self) -> str:
        """The id that new tasks have in `startedBy`."""
        return self.primary.id


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
        for owner in filter(None, (task.container_instance, task.group)):
            self.live.setdefault(owner, {})[task.arn] = task

    def release(self, task: Task) -> None:
        """Note that a task has stopped; it stays in `tasks`."""
        for owner in filter(None, (task.container_instance, task.group)):
            self.live[owner].pop(task.arn, None)

    def tasks_on(self, instance: ContainerInstance) -> list[Task]:
        """The tasks that still hold resources of a container instance."""
        return list(self.live.get(instance.arn, {}).values())

    def tasks_of(self, service: Service) -> list[Task]:
        """The tasks of a service that have not stopped yet."""
        return list(self.live.get(f"service:{service.name}", {}).values())
