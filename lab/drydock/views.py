"""How tasks, container instances and services look from outside; events and API answers share this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Task, TaskDefinition
    from lab.drydock.names import Names

RESERVED_PORTS = ["22", "2376", "2375", "51678", "51679"]
VERSION_INFO = {"agentHash": "8dfceca6", "agentVersion": "1.102.1", "dockerVersion": "DockerVersion: 25.0.14"}
ENI_GONE = {"PROVISIONING": "PRECREATED", "STOPPED": "DELETED"}


def definition_arn(names: Names, definition: TaskDefinition) -> str:
    """The ARN of a task definition's revision."""
    return names.ecs(f"task-definition/{definition.family}:{definition.revision}")


def task_view(names: Names, cluster: Cluster, task: Task) -> dict[str, Any]:
    """A task without tags, as `DescribeTasks` and `ECS Task State Change` both show it.

    Which fields appear from which state on follows the recorded streams: `runtimeId` and `imageDigest` once
    the image is pulled, `exitCode` only after the container has stopped, `stopCode` from the stop request on.
    """
    instance = cluster.instances[task.container_instance]
    view: dict[str, Any] = {
        "attachments": _attachments(task),
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": instance.zone,
        "capacityProviderName": instance.capacity_provider,
        "clusterArn": cluster.arn,
        "connectivity": "CONNECTED",
        "connectivityAt": task.created_at,
        "containerInstanceArn": task.container_instance,
        "containers": [_container(task)],
        "cpu": str(task.definition.cpu),
        "createdAt": task.created_at,
        "desiredStatus": task.desired_status,
        "enableExecuteCommand": False,
        "group": task.group,
        "lastStatus": task.last_status,
        "launchType": "EC2",
        "memory": str(task.definition.memory),
        "overrides": {"containerOverrides": [{"name": task.definition.container}]},
        "startedBy": task.started_by,
        "stopCode": task.stop_code,
        "stoppedReason": task.stopped_reason,
        "taskArn": task.arn,
        "taskDefinitionArn": definition_arn(names, task.definition),
        "version": task.version,
        **task.times,
    }
    return _present(view)


def _container(task: Task) -> dict[str, Any]:
    pulled = task.container_status != "PENDING"
    return _present(
        {
            "containerArn": task.container_arn,
            "exitCode": task.exit_code,
            "lastStatus": task.container_status,
            "name": task.definition.container,
            "image": task.definition.image,
            "imageDigest": task.definition.digest if pulled else None,
            "runtimeId": f"{task.task_id}-{int(task.task_id[:8], 16)}" if pulled else None,
            "taskArn": task.arn,
            "networkInterfaces": _interfaces(task),
            "cpu": str(task.definition.cpu),
            "memory": str(task.definition.memory),
        }
    )


def _interfaces(task: Task) -> list[dict[str, str]]:
    if task.definition.network_mode != "awsvpc" or task.last_status == "PROVISIONING":
        return []
    return [{"attachmentId": task.eni_id, "privateIpv4Address": task.address}]


def _attachments(task: Task) -> list[dict[str, Any]]:
    if task.definition.network_mode != "awsvpc":
        return []
    status = ENI_GONE.get(task.last_status, "ATTACHED")
    details = [{"name": "subnetId", "value": "subnet-0d7d0c00d7d0c0000"}]
    if status != "PRECREATED":
        details.append({"name": "networkInterfaceId", "value": f"eni-0{task.task_id[:16]}"})
        details.append({"name": "privateIPv4Address", "value": task.address})
    return [{"id": task.eni_id, "type": "eni", "status": status, "details": details}]


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


def _present(view: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in view.items() if value is not None}
