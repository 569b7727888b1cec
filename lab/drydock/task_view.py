"""How a task looks from outside; `DescribeTasks` and `ECS Task State Change` share this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.views import definition_arn, present

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, Task
    from lab.drydock.names import Names

ENI_STATUS = {"PROVISIONING": "PRECREATED", "STOPPED": "DELETED"}
SUBNET = "subnet-0d7d0c00d7d0c000"  # and the letter of the zone


def task_view(names: Names, cluster: Cluster, task: Task) -> dict[str, Any]:
    """A task without tags.

    Which fields appear from which state on follows the recorded streams: `runtimeId` and `imageDigest` once
    the image is pulled, `exitCode` only after the container has stopped, `stopCode` from the stop request on.
    """
    view: dict[str, Any] = {
        "attachments": [] if task.bare else _attachments(task),
        "attributes": None if task.bare else [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": task.zone,
        "capacityProviderName": task.capacity_provider,
        "clusterArn": cluster.arn,
        "connectivity": "CONNECTED" if "connectivityAt" in task.times else None,
        "containerInstanceArn": task.container_instance,
        "containers": [_container(task)],
        "cpu": str(task.definition.cpu),
        "createdAt": task.created_at,
        "desiredStatus": task.desired_status,
        "enableExecuteCommand": False,
        "group": task.group,
        "healthStatus": task.health_status,
        "lastStatus": task.last_status,
        "launchType": task.launch_type,
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
    return present({**view, **(_fargate() if task.launch_type == "FARGATE" else {})})


def _fargate() -> dict[str, Any]:
    """What only Fargate tasks have; `platformFamily` is in the API but in no recorded event, so it is left out."""
    return {"ephemeralStorage": {"sizeInGiB": 20}, "platformVersion": "1.4.0"}


def _container(task: Task) -> dict[str, Any]:
    fargate = task.launch_type == "FARGATE"
    return present(
        {
            "containerArn": task.container_arn,
            "exitCode": task.exit_code,
            "healthStatus": task.health_status,
            "lastStatus": task.container_status,
            "name": task.definition.container,
            "image": task.definition.image,
            "imageDigest": task.digest if task.pulled else None,
            "reason": task.container_reason,
            "runtimeId": f"{task.task_id}-{int(task.task_id[:8], 16)}" if task.pulled else None,
            "taskArn": task.arn,
            "networkInterfaces": _interfaces(task),
            # Recorded: a container of a Fargate task that sets nothing itself has cpu "0" and no memory.
            "cpu": "0" if fargate else str(task.definition.cpu),
            "memory": None if fargate else str(task.definition.memory),
        }
    )


def _interfaces(task: Task) -> list[dict[str, str]]:
    if task.definition.network_mode != "awsvpc" or task.last_status == "PROVISIONING":
        return []
    return [{"attachmentId": task.eni_id, "privateIpv4Address": task.address}]


def _attachments(task: Task) -> list[dict[str, Any]]:
    found = []
    if task.definition.network_mode == "awsvpc":
        found.append(_interface(task))
    if task.target_group is not None:
        found.append({"id": task.elb_id, "type": "elb", "status": task.elb_status, "details": []})
    return found if task.elb_id < task.eni_id else found[::-1]  # recorded in either order


def _interface(task: Task) -> dict[str, Any]:
    status = ENI_STATUS.get(task.last_status, "ATTACHED")
    details = {"subnetId": SUBNET + task.zone[-1]}
    if status != "PRECREATED":
        numbers = task.task_id[:10]
        pairs = [numbers[i : i + 2] for i in range(0, 10, 2)]
        details |= {
            "networkInterfaceId": f"eni-0{task.task_id[:16]}",
            "macAddress": "02:" + ":".join(pairs),
            "privateDnsName": f"ip-{task.address.replace('.', '-')}.{task.zone[:-1]}.compute.internal",
            "privateIPv4Address": task.address,
        }
    shown = [{"name": name, "value": value} for name, value in details.items()]
    return {"id": task.eni_id, "type": "eni", "status": status, "details": shown}
