"""ELBv2: the health of the targets of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError
from lab.drydock.views import present

if TYPE_CHECKING:
    from lab.drydock.model import Target, TargetGroup, Task
    from lab.drydock.world import World


def describe_target_health(world: World, params: Params) -> Answer:
    """`DescribeTargetHealth` for all targets of a group or for those asked for, by their address."""
    group = world.target_groups.get(params["TargetGroupArn"])
    if group is None:
        raise AwsError("TargetGroupNotFound", "One or more target groups not found")
    asked = {item["Id"] for item in params.get("Targets") or []}
    found = [
        _description(task, task.target, group)
        for cluster in world.clusters.values()
        for task in cluster.tasks.values()
        if task.target_group is group and task.target is not None
    ]
    known = {one["Target"]["Id"] for one in found}
    shown = [one for one in found if not asked or one["Target"]["Id"] in asked]
    shown += [_unknown(address, group) for address in sorted(asked - known)]
    return {"TargetHealthDescriptions": shown}


def _description(task: Task, target: Target, group: TargetGroup) -> dict[str, Any]:
    port = task.definition.port or group.port
    health = {"State": target.state, "Reason": target.reason, "Description": target.description}
    return {
        "Target": {"Id": task.address, "Port": port, "AvailabilityZone": task.zone},
        "HealthCheckPort": str(port),
        "TargetHealth": present(health),
    }


def _unknown(address: str, group: TargetGroup) -> dict[str, Any]:
    text = "Target is not registered to the target group"
    health = {"State": "unused", "Reason": "Target.NotRegistered", "Description": text}
    return {"Target": {"Id": address, "Port": group.port}, "TargetHealth": health}


OPERATIONS = {"DescribeTargetHealth": Operation(describe_target_health)}
