"""What a row is, and how it becomes the EventBridge event that carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ACCOUNT, REGION = "111122223333", "eu-central-1"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/prod"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/shop"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/prod/0123456789abcdef0123456789abcdef"
DEPLOYMENT = "ecs-svc/1234567890123456789"

VOCABULARY = frozenset(
    {
        "app-exit",
        "clean-exit",
        "oom",
        "killed",
        "image-missing",
        "image-access",
        "image-network",
        "image-rate-limit",
        "image-invalid",
        "disk-full",
        "secret-missing",
        "secret-access",
        "secret-network",
        "log-missing",
        "log-access",
        "log-network",
        "start-command",
        "elb-health",
        "container-health",
        "scheduler",
        "spot",
        "user",
        "host-terminated",
        "network-interface",
        "placement",
        "config",
        "infrastructure",
        "throttled",
        "unknown",
    }
)
"""The words of the issue, written down here a second time on purpose."""

Words = frozenset[str | None]
"""Accepted causes; None is "nothing stopped or failed, or not certain yet"."""

Kind = Literal["task", "action", "deployment"]


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a row; ``exit_code`` None leaves the key out, ``essential`` is for the reader only."""

    name: str
    reason: str | None = None
    exit_code: int | None = None
    last_status: str = "STOPPED"
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One event and the causes that a reader of the issue accepts for it, written before the classifier."""

    id: str
    accepted: Words
    because: str
    kind: Kind = "task"
    stop_code: str | None = None
    stopped_reason: str | None = None
    containers: tuple[Container, ...] = ()
    last_status: str = "STOPPED"
    desired_status: str = "STOPPED"
    group: str | None = "service:shop"
    capacity_provider: str | None = None
    event_name: str | None = None
    event_type: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    so_far: Mapping[str, int] = field(default_factory=dict)

    @property
    def of_file(self) -> bool:
        """Whether the row stands in the list of stop reasons itself."""
        return self.id.startswith("file-")

    def event(self) -> dict[str, Any]:
        """Return the row as decoded JSON, as EventBridge would deliver it."""
        return _task_event(self) if self.kind == "task" else _service_event(self)


def words(*accepted: str | None) -> Words:
    """Return an accepted set."""
    return frozenset(accepted)


def _envelope(detail_type: str, resource: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "5f1c2f3e-0000-4000-8000-000000000000",
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": "2026-11-20T12:00:00Z",
        "region": REGION,
        "resources": [resource],
        "detail": detail,
    }


def _given(**values: object) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _task_event(row: Row) -> dict[str, Any]:
    service = (row.group or "").startswith("service:")
    ran = any(c.exit_code is not None or c.last_status == "RUNNING" for c in row.containers)
    detail = _given(
        taskArn=TASK,
        clusterArn=CLUSTER,
        taskDefinitionArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/shop:7",
        group=row.group,
        startedBy=DEPLOYMENT if service else None,
        capacityProviderName=row.capacity_provider,
        launchType="FARGATE",
        lastStatus=row.last_status,
        desiredStatus=row.desired_status,
        stopCode=row.stop_code,
        stoppedReason=row.stopped_reason,
        createdAt="2026-11-20T11:58:00.000Z",
        startedAt="2026-11-20T11:59:00.000Z" if ran else None,
        stoppingAt="2026-11-20T11:59:30.000Z" if row.desired_status == "STOPPED" else None,
        stoppedAt="2026-11-20T12:00:00.000Z" if row.last_status == "STOPPED" else None,
        updatedAt="2026-11-20T12:00:00.000Z",
        version=5,
        containers=[_container(c) for c in row.containers],
    )
    return _envelope("ECS Task State Change", TASK, {**detail, **row.detail})


def _container(container: Container) -> dict[str, Any]:
    return _given(
        name=container.name,
        taskArn=TASK,
        lastStatus=container.last_status,
        reason=container.reason,
        exitCode=container.exit_code,
        image=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop:7",
    )


def _service_event(row: Row) -> dict[str, Any]:
    detail_type = "ECS Service Action" if row.kind == "action" else "ECS Deployment State Change"
    detail = _given(
        eventType=row.event_type,
        eventName=row.event_name,
        clusterArn=CLUSTER if row.kind == "action" else None,
        reason=row.stopped_reason,
        createdAt="2026-11-20T12:00:00.000Z",
    )
    if (row.event_name or "").startswith("SERVICE_DEPLOYMENT"):
        detail |= {"deploymentId": DEPLOYMENT, "updatedAt": "2026-11-20T12:00:00.000Z"}
    return _envelope(detail_type, SERVICE, {**detail, **row.detail})
