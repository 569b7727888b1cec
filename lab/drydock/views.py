"""How container instances look from outside; events and API answers share this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, TaskDefinition
    from lab.drydock.names import Names

RESERVED_PORTS = ["22", "2376", "2375", "51678", "51679"]
VERSION_INFO = {"agentHash": "8dfceca6", "agentVersion": "1.102.1", "dockerVersion": "DockerVersion: 25.0.14"}


def definition_arn(names: Names, definition: TaskDefinition) -> str:
    """The ARN of a task definition's revision."""
    return names.ecs(f"task-definition/{definition.family}:{definition.revision}")


def container_instance_view(cluster: Cluster, instance: ContainerInstance) -> dict[str, Any]:
    """A container instance as its event and `DescribeContainerInstances` both show it, without tags."""
    tasks = cluster.tasks_on(instance)
    return {
        "agentConnected": instance.agent_connected,
        "attributes": [{"name": "ecs.availability-zone", "value": instance.zone}],
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.instance_id,
        "pendingTasksCount": sum(task.last_status in ("PENDING", "ACTIVATING") for task in tasks),
        "registeredAt": instance.registered_at,
        "registeredResources": _resources(instance.cpu, instance.memory),
        "remainingResources": _resources(*remaining(cluster, instance)),
        "runningTasksCount": sum(task.last_status == "RUNNING" for task in tasks),
        "status": instance.status,
        "version": instance.version,
        "versionInfo": dict(VERSION_INFO),
    }


def remaining(cluster: Cluster, instance: ContainerInstance) -> tuple[int, int]:
    """CPU units and MiB of memory that no task holds."""
    tasks = cluster.tasks_on(instance)
    return (
        instance.cpu - sum(task.definition.cpu for task in tasks),
        instance.memory - sum(task.definition.memory for task in tasks),
    )


def _resources(cpu: int, memory: int) -> list[dict[str, Any]]:
    return [
        {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": list(RESERVED_PORTS)},
        {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []},
    ]


def present(view: dict[str, Any]) -> dict[str, Any]:
    """A view without what is absent."""
    return {key: value for key, value in view.items() if value is not None}
